"""SignatureTrail on CloudTrail's event history.

KMS logs Sign as a management event, and event history has those of the last 90 days, whatever trails leave out: "You
cannot exclude AWS KMS [...] events from Event history" (CloudTrail user guide, Logging management events). So no role
of ours, and no setting of a trail, keeps a signature out of it. LookupEvents answers fifty events, twice a second.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from federation.aws.boto import translated
from federation.model.signature_trail import SeenPage, SeenSignature
from federation.oauth.reasons import Reason

PAGE = 50
MOST_PAGES = 80
"""Of one key and run: 4,000 events, in forty seconds."""
PACE = 0.5
"""Seconds between two calls."""


class CloudTrailSignatures:
    """Events of one key: KMS names it as the resource of each Sign."""

    def __init__(self, cloudtrail: Any, pause: Callable[[float], None] = time.sleep) -> None:  # noqa: ANN401 (boto3's)
        self._cloudtrail = cloudtrail
        self._pause = pause

    def seen(self, key: str, since: int, until: int) -> SeenPage:
        """As many LookupEvents as it takes, and no more than MOST_PAGES."""
        found: list[SeenSignature] = []
        query = {
            "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": key}],
            "StartTime": datetime.fromtimestamp(since, UTC),
            "EndTime": datetime.fromtimestamp(until, UTC),
            "MaxResults": PAGE,
        }
        for _ in range(MOST_PAGES):
            with translated(Reason.STORE_UNAVAILABLE):
                page = self._cloudtrail.lookup_events(**query)
            found += [one for one in _signatures(page["Events"], key) if since <= one.at < until]
            if not page.get("NextToken"):
                return SeenPage(tuple(found))
            query["NextToken"] = page["NextToken"]
            self._pause(PACE)
        return SeenPage(tuple(found), complete=False)


def _signatures(events: list[dict[str, Any]], key: str) -> Iterator[SeenSignature]:
    """Sign is looked for in the event itself: an attribute is an index, and a failed call made no signature."""
    for event in events:
        told: dict[str, Any] = json.loads(event["CloudTrailEvent"])
        if told.get("eventName") == "Sign" and not told.get("errorCode"):
            yield SeenSignature(
                request_id=str(told.get("requestID", "")),
                key=key,
                at=_seconds(str(told["eventTime"])),
                caller=str(told.get("userIdentity", {}).get("arn", "")),
            )


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
