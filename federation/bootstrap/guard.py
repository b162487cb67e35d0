"""Composes the door of admins, wherever one stands."""

from federation.admin_api.guard import Guard
from federation.aws.claims import DynamoOneTimeClaims
from federation.aws.current_state import DynamoCurrentState
from federation.aws.key_sets import DocumentKeySets
from federation.aws.service import DynamoDb
from federation.aws.trust_writer import DynamoTrustWriter
from federation.ports import Clock
from federation.settings import Settings
from federation.trust.kept import Kept
from federation.trust.versions import TTL
from federation.verification.own_tokens import AdminTokens, OwnTokenVerifier
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.resource_request import ResourceProofs


def guard(settings: Settings, dynamodb: DynamoDb, clock: Clock) -> Guard:
    """Nothing that it decides with is remembered but our own keys, whose version is checked."""
    keys = Kept(DocumentKeySets(DynamoTrustWriter(dynamodb, settings.trust_table)).load, clock, TTL)
    return Guard(
        tokens=AdminTokens(OwnTokenVerifier(settings.issuer, keys.get, clock)),
        proofs=ResourceProofs(DpopVerifier(clock)),
        state=DynamoCurrentState(dynamodb, settings.trust_table, settings.state_table, clock),
        claims=DynamoOneTimeClaims(dynamodb, settings.state_table, clock),
        urls=settings.urls,
        forget_keys=keys.forget,
        bearer=settings.loopback_issuers,
    )
