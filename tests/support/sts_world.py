"""A verifier of signed requests with AWS around it: real code everywhere, and an STS that counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from federation.model.tokens import VerifiedToken
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.aws_request.asking import BoundedCallers
from federation.verification.aws_request.verifier import AwsRequestVerifier
from federation.verification.issuers import TrustedIssuers
from federation.verification.verifier import UnverifiedToken
from federation.web.caller_identities import StsCallerIdentities
from tests.support.eventually import HANGS
from tests.support.fake_clock import FixedClock
from tests.support.issuer_world import Directory
from tests.support.sts_server import StsServer, sts_as_aws
from tests.support.sts_service import StsService
from tests.support.sts_sessions import ROLE
from tests.support.sts_signing import BRIDGE, ENDPOINT, token

NOW = 1_800_000_000


def trusted(**changes: object) -> Issuer:
    """The endpoint of one region, `changes` applied."""
    issuer = Issuer(
        id="aws-us-east-1",
        version=1,
        provider="aws",
        issuer=ENDPOINT,
        audiences=(),
        keys=IssuerKeys(caller_identity=True),
        algorithms=("RS256",),
        max_token_age=3600,
    )
    return replace(issuer, **changes)


@dataclass
class StsWorld:
    """One time for all."""

    server: StsServer
    directory: Directory
    clock: FixedClock
    verifier: AwsRequestVerifier

    def verify(self, request: object) -> VerifiedToken:
        """What a request proves; text is taken as the token itself."""
        text = request if isinstance(request, str) else token(request)
        return self.verifier.verify(UnverifiedToken(text, TokenType.AWS4_REQUEST))

    def refusal_unasked(self, request: object) -> Reason:
        """Why it is refused: without a word to AWS."""
        before = len(self.server.asked)
        reason = self._refusal(request)
        assert len(self.server.asked) == before
        return reason

    def refusal_by_aws(self, request: object) -> Reason:
        """Why it is refused, after AWS was asked once."""
        before = len(self.server.asked)
        reason = self._refusal(request)
        assert len(self.server.asked) == before + 1
        return reason

    def _refusal(self, request: object) -> Reason:
        with pytest.raises(InvalidRequest) as refused:
            self.verify(request)
        assert refused.value.http_status == 400
        return refused.value.reason

    def unavailable(self, request: object) -> Reason:
        """Why it cannot be judged now."""
        with pytest.raises(TemporarilyUnavailable) as refused:
            self.verify(request)
        assert refused.value.http_status == 503
        return refused.value.reason


@contextmanager
def sts_world(folder: Path, at: float = NOW, total: float = HANGS) -> Iterator[StsWorld]:
    """A world that trusts one regional endpoint. `folder`: for the server's certificate. `total`: seconds for AWS."""
    clock = FixedClock(at)
    directory = Directory(trusted())
    with sts_as_aws(StsService(clock, ROLE), folder) as (server, connector):
        callers = BoundedCallers(StsCallerIdentities(connector=connector, total=total), clock)
        yield StsWorld(server, directory, clock, AwsRequestVerifier(TrustedIssuers(directory, BRIDGE), callers, clock))
