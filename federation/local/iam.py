"""The IAM authorizer of the HTTP API on a laptop: a real check of a real AWS signature, by the embedded account's key.

Sources: "Signature Version 4 signing process" in the IAM user guide; "Control access to HTTP APIs with IAM
authorization" and the event of payload format 2.0 in the API Gateway developer guide.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from msgspec import Struct

from federation.local.embedded_aws import ACCESS_KEY, REGION, SECRET_KEY
from federation.local.events import ACCOUNT_ID
from federation.local.requests import GatewayRequest
from federation.ports import Clock

SERVICE = "execute-api"
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/laptop"
"""Whose session the embedded key is."""
MAX_AGE = 5 * 60
"""Seconds."""

_ROLE_ID, _SESSION = "AROA0000000000LAPTOP", "serve"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[A-Za-z0-9]+)/(?P<date>[0-9]{8})/(?P<scope>[a-z0-9/_-]+)"
    r", ?SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_NEEDED = frozenset({"host", "x-amz-date"})


class IamAuthorizer(Struct, frozen=True):
    """Says who signed a request."""

    clock: Clock

    def caller(self, request: GatewayRequest) -> Mapping[str, str | None] | None:
        """`requestContext.authorizer.iam`; None: unsigned, or not these very bytes, or not now."""
        claimed = _AUTHORIZATION.fullmatch(request.header("authorization"))
        if claimed is None or not self._is_good(request, claimed):
            return None
        session = f"{_ROLE_ID}:{_SESSION}"
        return {
            "accessKey": claimed["key"],
            "accountId": ACCOUNT_ID,
            "callerId": session,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{ROLE.rpartition('/')[2]}/{_SESSION}",
            "userId": session,
        }

    def _is_good(self, request: GatewayRequest, claimed: re.Match[str]) -> bool:
        signed, time = claimed["headers"].split(";"), request.header("x-amz-date")
        return (
            claimed["key"] == ACCESS_KEY
            and claimed["scope"] == f"{REGION}/{SERVICE}/aws4_request"
            and set(signed) >= _NEEDED
            and time.startswith(f"{claimed['date']}T")
            and self._is_recent(time)
            and _hashes_the_body(request)
            and compare_digest(_signature(request, signed, time), claimed["signature"])
        )

    def _is_recent(self, time: str) -> bool:
        try:
            signed_at = datetime.strptime(time, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            return False
        return abs(self.clock.now() - signed_at) <= MAX_AGE


def _hashes_the_body(request: GatewayRequest) -> bool:
    """A hash in a header is what would be signed instead of the body: it must be the body's."""
    return request.header("x-amz-content-sha256") in ("", sha256(request.body).hexdigest())


def _signature(request: GatewayRequest, signed: list[str], time: str) -> str:
    """What the owner of the embedded key would have signed these bytes with."""
    query = f"?{request.query}" if request.query else ""
    url = f"{request.scheme}://{request.header('host')}{request.path}{query}"
    headers = {name: request.header(name) for name in signed}
    rebuilt = AWSRequest(request.method, url, headers=headers, data=request.body)
    rebuilt.context["timestamp"] = time
    signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), SERVICE, REGION)
    return str(signer.signature(signer.string_to_sign(rebuilt, signer.canonical_request(rebuilt)), rebuilt))
