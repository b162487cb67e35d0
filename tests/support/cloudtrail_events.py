"""CloudTrail's event history as LookupEvents tells it: by one attribute, newest first, fifty at a time."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

_numbers = count(1)


@dataclass
class CloudTrailEvents:
    """A client of CloudTrail that knows LookupEvents; events as AWS documents them for KMS."""

    events: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    def signed(self, request_id: str, key: str, at: int, function: str, *, name: str = "Sign", error: str = "") -> None:
        """A call by that function's session."""
        told: dict[str, Any] = {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::123456789012:assumed-role/{function}-role/{function}",
            },
            "eventTime": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": "kms.amazonaws.com",
            "eventName": name,
            "requestParameters": {
                "keyId": key,
                "messageType": "DIGEST",
                "signingAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
            },
            "responseElements": None,
            "requestID": request_id,
            "eventID": f"e-{next(_numbers)}",
            "readOnly": True,
            "resources": [{"accountId": "123456789012", "type": "AWS::KMS::Key", "ARN": key}],
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "eventCategory": "Management",
            **({"errorCode": error} if error else {}),
        }
        self.events.append(
            {"EventName": name, "CloudTrailEvent": json.dumps(told), "ResourceName": key, "EventTime": at}
        )

    def lookup_events(self, **query: Any) -> dict[str, Any]:  # noqa: ANN401 (boto3's)
        """As AWS: one attribute, both ends of the time included."""
        self.calls += 1
        ((attribute,),) = (query["LookupAttributes"],)
        assert attribute["AttributeKey"] == "ResourceName"
        first, last = (query[name].timestamp() for name in ("StartTime", "EndTime"))
        found = [
            one
            for one in sorted(self.events, key=lambda one: -one["EventTime"])
            if one["ResourceName"] == attribute["AttributeValue"] and first <= one["EventTime"] <= last
        ]
        start, size = int(query.get("NextToken", "0")), query["MaxResults"]
        page: dict[str, Any] = {"Events": found[start : start + size]}
        return {**page, "NextToken": str(start + size)} if len(found) > start + size else page
