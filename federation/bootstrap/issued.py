"""Composes what the endpoints about issued tokens share: who asks, and what stands behind a token."""

from msgspec import Struct

from federation.authentication.immediate import ImmediateCallers
from federation.aws.claims import DynamoOneTimeClaims
from federation.aws.kept_tokens import DynamoKeptTokens
from federation.aws.key_sets import DocumentKeySets
from federation.aws.service import AwsServices, DynamoDb
from federation.aws.trust_writer import DynamoTrustWriter
from federation.bootstrap.callers import callers
from federation.bootstrap.limits import request_limits
from federation.bootstrap.trust import cached_trust, issuer_keys, known_versions
from federation.limits.requests import RequestLimits
from federation.minting.current_key import CurrentKey
from federation.settings import Settings
from federation.system import SystemClock
from federation.trust.directory import CachedTrust
from federation.verification.own_tokens import OwnReferences, OwnTokenVerifier


class Issued(Struct, frozen=True):
    """One of each, for one endpoint."""

    dynamodb: DynamoDb
    clock: SystemClock
    trust: CachedTrust
    key: CurrentKey
    limits: RequestLimits
    callers: ImmediateCallers
    tokens: OwnReferences

    def forget_trust(self) -> None:
        """Drops every cached document."""
        self.trust.forget()
        self.key.forget()


def issued(settings: Settings, aws: AwsServices) -> Issued:
    """On DynamoDB."""
    clock, dynamodb = SystemClock(), aws.dynamodb
    versions, keys = known_versions(settings, clock, dynamodb), issuer_keys(settings, clock, dynamodb)
    trust = cached_trust(settings, clock, dynamodb, versions)
    key = CurrentKey(DocumentKeySets(DynamoTrustWriter(dynamodb, settings.trust_table)), clock)
    limits = request_limits(settings, trust, clock, dynamodb)
    claims = DynamoOneTimeClaims(dynamodb, settings.state_table, clock)
    kept = DynamoKeptTokens(dynamodb, settings.state_table, clock)
    return Issued(
        dynamodb=dynamodb,
        clock=clock,
        trust=trust,
        key=key,
        limits=limits,
        callers=ImmediateCallers(callers(settings, trust, keys, clock), claims, limits.admit_caller),
        tokens=OwnReferences(OwnTokenVerifier(settings.issuer, key.key_set, clock), kept, clock),
    )
