"""Is a signed GetCallerIdentity request what it claims: AWS is asked, once, and only for what could be."""

import re
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from msgspec import Struct

from federation.model.json import Json
from federation.model.tokens import SKEW, VerifiedToken
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.verification.aws_request.answer import read_answer, role_claims
from federation.verification.aws_request.asking import BoundedCallers
from federation.verification.aws_request.parse import UnverifiedRequest, parse_request, rebuild
from federation.verification.issuers import TrustedIssuers
from federation.verification.verifier import UnverifiedToken

_REGIONAL = re.compile(
    r"https://sts\.(?P<region>[a-z]{2}(?:-[a-z]+){1,3}-[0-9]{1,2})\.(?P<domain>amazonaws\.com(?:\.cn)?)"
)
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::[1-9][0-9]{0,4})?")

# (how a region's name begins, its domain, its partition)
_PARTITIONS = (
    ("cn-", "amazonaws.com.cn", "aws-cn"),
    ("us-gov-", "amazonaws.com", "aws-us-gov"),
    ("", "amazonaws.com", "aws"),
)


class StsEndpoint(NamedTuple):
    """Where a request is signed for, and which part of AWS answers there."""

    region: str
    partition: str


ON_THIS_MACHINE = StsEndpoint("us-east-1", "aws")
"""What answers on loopback, which nothing deployed trusts or asks."""


def read_endpoint(url: str) -> StsEndpoint | None:
    """The endpoint of that URL; None: it is none. The global one is none: it answers for every region."""
    if _LOOPBACK.fullmatch(url):
        return ON_THIS_MACHINE
    regional = _REGIONAL.fullmatch(url)
    if regional is None:
        return None
    region = regional["region"]
    domain, partition = next((where, name) for prefix, where, name in _PARTITIONS if region.startswith(prefix))
    return StsEndpoint(region, partition) if domain == regional["domain"] else None


FRESH = 300
"""Seconds after its signature that a request is taken. AWS takes it for 900, so a thief has a third of that."""
LIFETIME = 900
"""Seconds after its signature that what we issue for it may live; beyond FRESH, so that a spent one is remembered."""


class AwsRequestVerifier(Struct, frozen=True):
    """Verifies tokens of type `urn:ietf:params:aws:token-type:aws4_request`."""

    issuers: TrustedIssuers
    callers: BoundedCallers
    clock: Clock

    def verify(self, presented: UnverifiedToken) -> VerifiedToken:
        """Which role signed it; raises InvalidRequest, or TemporarilyUnavailable if AWS cannot be asked now."""
        # 1. Shape: nothing that two readers could read differently.
        request = parse_request(presented.token)
        # 2. Issuer: an endpoint that we trust, and a server id that is ours; a stranger costs nothing.
        issuer = self.issuers.select({"iss": request.endpoint, "aud": request.server_id})
        endpoint = _endpoint(issuer, request)
        # 3. Signed just now.
        _check_age(request, issuer, self.clock.now())
        # 4. Signature: AWS holds the key, so AWS judges, over a request that we wrote.
        identity = read_answer(self.callers.ask(rebuild(request, issuer), presented.source_ip))
        # 5. A role, in the part of AWS that was asked.
        return _verified(presented, request, issuer, role_claims(identity, endpoint.partition))


def _endpoint(issuer: Issuer, request: UnverifiedRequest) -> StsEndpoint:
    """An issuer whose own keys sign its tokens is never asked in this way, whatever its URL."""
    endpoint = read_endpoint(issuer.issuer) if issuer.keys.caller_identity else None
    if endpoint is None:
        raise InvalidRequest(Reason.UNTRUSTED_ISSUER, f"issuer {issuer.id} is not for signed requests")
    if request.authorization.region != endpoint.region:
        raise InvalidRequest(Reason.BAD_SIGNATURE, "signed for another region")
    return endpoint


def _check_age(request: UnverifiedRequest, issuer: Issuer, now: float) -> None:
    age = now - request.signed_at
    if age > min(FRESH, issuer.max_token_age):
        raise InvalidRequest(Reason.TOKEN_EXPIRED, f"signed {int(age)} seconds ago")
    if age < -SKEW:
        raise InvalidRequest(Reason.TOKEN_NOT_YET_VALID, f"signed {int(-age)} seconds ahead")


def _verified(
    presented: UnverifiedToken, request: UnverifiedRequest, issuer: Issuer, claims: ReadOnly[str, str]
) -> VerifiedToken:
    expires_at = request.signed_at + min(LIFETIME, issuer.max_token_age)
    registered: dict[str, Json] = {
        "iss": issuer.issuer,
        "sub": claims["role_id"],
        "aud": request.server_id,
        "iat": request.signed_at,
        "exp": expires_at,
        "jti": request.digest,
    }
    return VerifiedToken(
        issuer=issuer,
        token_type=presented.token_type,
        subject=claims["role_id"],
        issued_at=request.signed_at,
        expires_at=expires_at,
        digest=request.digest,
        claims={**registered, **claims},
        key_id=request.authorization.access_key_id,
    )
