"""Composes the token endpoint."""

from typing import TYPE_CHECKING

from federation.authentication.grants import TokenCallers
from federation.aws.approvals import DynamoApprovals
from federation.aws.current_state import DynamoCurrentState
from federation.aws.key_sets import DocumentKeySets
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.nonce_secrets import DynamoNonceSecrets
from federation.aws.policy_reader import DynamoPolicyReader
from federation.aws.service import AwsServices, DynamoDb
from federation.aws.signer import KmsSigner
from federation.aws.trust_writer import DynamoTrustWriter
from federation.bootstrap.callers import callers, certificate_verifier
from federation.bootstrap.limits import request_limits
from federation.bootstrap.trust import cached_trust, issuer_keys, known_versions
from federation.endpoint import TokenEndpoint
from federation.exchange import Exchange
from federation.later import later
from federation.mapping.mapper import Mapper
from federation.mapping.own import OwnMappings
from federation.mapping.principals import Principals
from federation.minting.commit import Commit
from federation.minting.current_key import CurrentKey
from federation.minting.minter import Minter
from federation.model.made_signature import Purpose
from federation.oauth.identifiers import TokenType
from federation.oauth.metadata import ERRORS_PATH, IAM_TOKEN_PATH, TOKEN_PATH
from federation.pipeline import Pipeline
from federation.policy.authorizer import Authorizer
from federation.policy.decider import Decider
from federation.ports import Clock, IssuanceLog
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock
from federation.trust.directory import CachedTrust
from federation.trust.memory import TrustMemory
from federation.trust.policies import CachedPolicies
from federation.trust.risks import KnownRisks
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.own_tokens import OwnTokenVerifier
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.token_request import Nonces, Proofs
from federation.verification.providers import provider_named
from federation.verification.verifier import JWT_TYPES, JwtVerifier, TokenVerifier, TokenVerifiers

if TYPE_CHECKING:
    from federation.verification.aws_request.verifier import AwsRequestVerifier


def token_endpoint(settings: Settings, log: IssuanceLog, aws: AwsServices) -> TokenEndpoint:
    """`POST /token` on DynamoDB and KMS."""
    clock, dynamodb = SystemClock(), aws.dynamodb
    versions = known_versions(settings, clock, dynamodb)
    trust = cached_trust(settings, clock, dynamodb, versions)
    policies = CachedPolicies(DynamoPolicyReader(dynamodb, settings.trust_table), versions)
    keys = issuer_keys(settings, clock, dynamodb)
    minter, risks = _minter(settings, clock, aws), KnownRisks(clock)
    pipeline = Pipeline(
        callers=TokenCallers(callers(settings, trust, keys, clock)),
        proofs=_proofs(settings, clock, dynamodb),
        tokens=_verifiers(settings, trust, keys, minter.key, clock),
        mapper=Principals(Mapper(trust, provider_named), OwnMappings(trust, trust)),
        policy=Authorizer(trust, Decider(policies), clock, _approvals(settings, clock, dynamodb), risks),
        clock=clock,
    )
    exchange = Exchange(
        pipeline=pipeline,
        minter=minter,
        log=log,
        clock=clock,
        memory=TrustMemory((trust, minter.key), versions, risks, clock, trust.forget_names),
        limits=request_limits(settings, trust, clock, dynamodb),
    )
    return TokenEndpoint(exchange, error_page=settings.issuer + ERRORS_PATH)


def _proofs(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> Proofs:
    nonces = Nonces(DynamoNonceSecrets(dynamodb, settings.state_table, clock), clock, settings.issuer)
    return Proofs(
        DpopVerifier(clock),
        settings.urls(TOKEN_PATH) | settings.urls(IAM_TOKEN_PATH),
        nonces if settings.dpop_nonces else None,
    )


def _approvals(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> DynamoApprovals:
    return DynamoApprovals(dynamodb, settings.state_table, clock)


def _verifiers(
    settings: Settings, trust: CachedTrust, keys: KeyCache, ours: CurrentKey, clock: Clock
) -> TokenVerifiers:
    """Every kind of token that may be presented, and who verifies it."""
    own = OwnTokenVerifier(settings.issuer, ours.key_set, clock)
    foreign = TokenVerifier(TrustedIssuers(trust, settings.issuer), keys, provider_named, clock)
    return TokenVerifiers(
        {
            **dict.fromkeys(JWT_TYPES, JwtVerifier(own, foreign)),
            TokenType.AWS4_REQUEST: later(lambda: _aws_request_verifier(settings, trust, clock)),
            TokenType.MTLS: later(lambda: certificate_verifier(trust, keys, clock)),
        }
    )


def _aws_request_verifier(settings: Settings, trust: CachedTrust, clock: Clock) -> "AwsRequestVerifier":
    from federation.verification.aws_request.asking import BoundedCallers  # noqa: PLC0415
    from federation.verification.aws_request.verifier import AwsRequestVerifier  # noqa: PLC0415 - few bring one
    from federation.web.caller_identities import StsCallerIdentities  # noqa: PLC0415

    callers = BoundedCallers(StsCallerIdentities(loopback=settings.loopback_issuers), clock)
    return AwsRequestVerifier(TrustedIssuers(trust, settings.issuer), callers, clock)


def _minter(settings: Settings, clock: Clock, aws: AwsServices) -> Minter:
    dynamodb = aws.dynamodb
    commit = Commit(
        ledger=DynamoLedger(dynamodb, LedgerTables(settings.audit_table, settings.state_table), clock),
        state=DynamoCurrentState(dynamodb, settings.trust_table, settings.state_table, clock),
        signer=KmsSigner(aws.kms, Purpose.TOKEN),
    )
    key_sets = DocumentKeySets(DynamoTrustWriter(dynamodb, settings.trust_table))
    return Minter(settings.issuer, CurrentKey(key_sets, clock), RandomIdentifiers(), commit)
