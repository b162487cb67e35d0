"""RefusalSearch on CloudWatch Logs, where the functions' structured logs are."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from federation.aws.boto import translated
from federation.model.json import JsonObject
from federation.oauth.reasons import Reason

MAX_PAGES = 20
"""Of one log group: a page may have looked through megabytes without a line to show for it."""


class CloudWatchRefusals:
    """One FilterLogEvents for each log group, and more where a group is large."""

    def __init__(self, logs: Any, groups: Sequence[str]) -> None:  # noqa: ANN401 (boto3's client of CloudWatch Logs)
        self._logs = logs
        self._groups = groups

    def refusals(self, correlation_id: str, since: int) -> tuple[JsonObject, ...]:
        """The oldest first. That the line has the id somewhere is not enough: callers choose some of what is in it."""
        found = self._with(correlation_id, since)
        return tuple(one for one in found if one.get("correlation_id") == correlation_id)

    def refusals_of(self, issuer: str, since: int) -> tuple[JsonObject, ...]:
        """The same, by who vouches, or is claimed to."""
        found = self._with(issuer, since)
        return tuple(one for one in found if issuer in (one.get("issuer"), one.get("unverified_issuer")))

    def _with(self, text: str, since: int) -> list[JsonObject]:
        lines = (line for group in self._groups for line in self._lines(group, text, since))
        return [refusal for line in lines if (refusal := _refusal(line))]

    def _lines(self, group: str, text: str, since: int) -> Iterator[str]:
        query: dict[str, Any] = {
            "logGroupName": group,
            "startTime": since * 1000,
            "filterPattern": json.dumps(text),
        }
        for _ in range(MAX_PAGES):
            with translated(Reason.STORE_UNAVAILABLE):
                page = self._logs.filter_log_events(**query)
            yield from (str(event["message"]) for event in page["events"])
            if not page.get("nextToken"):
                return
            query["nextToken"] = page["nextToken"]


def _refusal(line: str) -> JsonObject | None:
    try:
        members = json.loads(line)
    except ValueError:
        return None
    refusal = members.get("refusal") if isinstance(members, dict) else None
    return refusal if isinstance(refusal, dict) else None
