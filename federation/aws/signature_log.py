"""SignatureRecords on CloudWatch Logs: the lines that functions write when KMS has answered."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from federation.aws.boto import translated
from federation.model.signature_trail import LostAttempt, RecordedPage, RecordedSignature
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

MOST_PAGES = 200
"""Of one log group and run: a page has a megabyte of lines at most."""
SIGNED = '{ $.signed = "*" }'
LOST = '{ $.AwsFailed[0] > 0 && $.aws = "kms" }'


class CloudWatchSignatures:
    """`groups`: `/aws/lambda/NAME` of each function that signs. Its name says whose record a line is."""

    def __init__(self, logs: Any, groups: Sequence[str]) -> None:  # noqa: ANN401 (boto3's client of CloudWatch Logs)
        self._logs = logs
        self._groups = groups

    def recorded(self, since: int, until: int) -> RecordedPage:
        """Two FilterLogEvents for each function, and more where there is much. A line that is no record is none."""
        signed = [one for group in self._groups for one in self._signed(group, since, until)]
        lost = [one for group in self._groups for one in self._lost(group, since, until)]
        return RecordedPage(tuple(signed), tuple(lost))

    def _signed(self, group: str, since: int, until: int) -> Iterator[RecordedSignature]:
        for event in self._events(group, SIGNED, since, until):
            line = _object(event["message"])
            if isinstance(line.get("signed"), str):
                yield RecordedSignature(line["signed"], str(line.get("key")), str(line.get("for")), _function(group))

    def _lost(self, group: str, since: int, until: int) -> Iterator[LostAttempt]:
        for event in self._events(group, LOST, since, until):
            line = _object(event["message"])
            if line.get("aws") == "kms" and "AwsFailed" in line:
                yield LostAttempt(_function(group), int(event["timestamp"]) // 1000)

    def _events(self, group: str, pattern: str, since: int, until: int) -> Iterator[dict[str, Any]]:
        query: dict[str, Any] = {
            "logGroupName": group,
            "startTime": since * 1000,
            "endTime": until * 1000,
            "filterPattern": pattern,
        }
        for _ in range(MOST_PAGES):
            with translated(Reason.STORE_UNAVAILABLE):
                page = self._logs.filter_log_events(**query)
            yield from page["events"]
            if not page.get("nextToken"):
                return
            query["nextToken"] = page["nextToken"]
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, f"{group} has more than can be read in one run")


def _function(group: str) -> str:
    return group.rpartition("/")[2]


def _object(line: str) -> dict[str, Any]:
    try:
        members = json.loads(line)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}
