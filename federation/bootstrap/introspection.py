"""Composes the introspection endpoint."""

from federation.aws.current_state import DynamoCurrentState
from federation.aws.service import AwsServices
from federation.aws.signer import KmsSigner
from federation.bootstrap.issued import issued
from federation.introspection.dependencies import TokenDependencies
from federation.introspection.endpoint import IntrospectionEndpoint
from federation.introspection.introspection import Introspection
from federation.introspection.signed import SignedAnswers
from federation.mapping.own import OwnMappings
from federation.minting.signed_jwt import JwtSigner
from federation.model.made_signature import Purpose
from federation.oauth.metadata import ERRORS_PATH
from federation.ports import AuditLog
from federation.settings import Settings


def introspection_endpoint(settings: Settings, log: AuditLog, aws: AwsServices) -> IntrospectionEndpoint:
    """`POST /introspect` on DynamoDB and KMS."""
    of = issued(settings, aws)
    introspection = Introspection(
        callers=of.callers,
        tokens=of.tokens,
        dependencies=TokenDependencies(of.trust, OwnMappings(of.trust, of.trust)),
        state=DynamoCurrentState(of.dynamodb, settings.trust_table, settings.state_table, of.clock),
        signed=SignedAnswers(settings.issuer, JwtSigner(of.key, KmsSigner(aws.kms, Purpose.INTROSPECTION)), of.clock),
        log=log,
        clock=of.clock,
        forget_trust=of.forget_trust,
        check_source_rate=of.limits.check_source_rate,
    )
    return IntrospectionEndpoint(introspection, settings.issuer + ERRORS_PATH)
