"""CPU of the token function's handler over the crypto that nobody can avoid, in turns in one process.

The handler is the deployed one: an event of API Gateway in, HTTP to AWS in another process, log and metrics out.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from benchmarks.aws_process import BRIDGE
from benchmarks.trust import IDP
from benchmarks.world import CREDENTIALS, AwsProcess, Invocation, World, exchange_event
from federation.aws.boto import BotoService
from federation.aws.lean.services import lean_services
from federation.aws.service import AwsServices, DynamoDb, Kms
from federation.local.issuers.loopback import IssuerKey
from federation.model.names import IssuerName, NamedIssuers
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.identifiers import TokenType
from federation.system import SystemClock
from federation.verification.discovery import KeySource
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.providers import provider_named
from federation.verification.verifier import TokenVerifier, UnverifiedToken
from federation.web.authorities import system_trust
from federation.web.fetcher import WebFetcher

ROUNDS = 120
PER_ROUND = 10
WARM_UP = 100


class Cost(Struct, frozen=True):
    """Microseconds of CPU, medians over the rounds; and ratios, medians of what each round says."""

    exchange: float
    verify: float
    rsa_verify: float
    floor: float
    """One RS256 verification and one ES256 signature."""
    over_floor: float
    over_verify: float
    undisturbed: float
    """The exchange over the floor, in the tenth of rounds that fared best: a neighbour makes nothing faster."""


def measure(world: World) -> Cost:
    """Warm figures."""
    exchange = handling(world, world.aws.token())
    verifier, presented = _verifier(world.aws.key), UnverifiedToken(world.aws.token(), TokenType.JWT)
    verify_raw, sign = rsa_verify(), ec_sign()
    for _ in range(WARM_UP):
        exchange()
    rows = [(cpu(exchange), cpu(lambda: verifier.verify(presented)), cpu(verify_raw), cpu(sign)) for _ in range(ROUNDS)]
    exchanges, verifies, raw, signing = (statistics.median(column) for column in zip(*rows, strict=True))
    over_floor = sorted(row[0] / (row[2] + row[3]) for row in rows)
    over_verify = statistics.median(row[1] / row[2] for row in rows)
    return Cost(
        exchanges,
        verifies,
        raw,
        raw + signing,
        statistics.median(over_floor),
        over_verify,
        over_floor[ROUNDS // 10],
    )


def handling(world: World, token: str, **parameters: str) -> Callable[[], None]:
    """One exchange by the handler, of an event that is there already."""
    event, handler, invocation = exchange_event(token, "bench-1", **parameters), world.handler, Invocation()

    def handle() -> None:
        answer = handler(event, invocation)
        if not isinstance(answer, dict) or answer["statusCode"] != 200:  # noqa: PLR2004
            raise RuntimeError("the exchange was refused")

    return handle


def cpu(work: Callable[[], object], times: int = PER_ROUND) -> float:
    """Microseconds of CPU of the whole process for one call."""
    before = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - before) / times * 1e6


def client_ratio(aws: AwsProcess) -> float:
    """CPU of PutItem, BatchGetItem and Sign by the lean client over that by botocore: the median of what rounds say."""
    clients = {"endpoint_url": aws.endpoint, **_BOTO}
    dynamodb, kms = boto3.client("dynamodb", **clients), boto3.client("kms", **clients)
    boto = AwsServices(DynamoDb(BotoService(dynamodb)), Kms(BotoService(kms)))
    lean, usual = (_three_calls(each, aws.environment) for each in (lean_services(aws.environment, system_trust), boto))
    for work in (lean, usual):
        cpu(work)
    return statistics.median(cpu(lean) / cpu(usual) for _ in range(ROUNDS // 2))


_BOTO: dict[str, Any] = {
    "region_name": CREDENTIALS["AWS_REGION"],
    "aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
    "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    "aws_session_token": CREDENTIALS["AWS_SESSION_TOKEN"],
    "config": Config(user_agent="federation-bridge", retries={"mode": "standard", "total_max_attempts": 3}),
}


def _three_calls(aws: AwsServices, environment: Mapping[str, str]) -> Callable[[], None]:
    """Those of a warm exchange, as large as they are there, one after the other."""
    item = {"pk": {"S": "issued"}, "entry": {"S": "e" * 1300}, "jti": {"S": "j" * 22}}
    keys = [{"pk": {"S": f"document {number}"}, "sk": {"S": "d"}} for number in range(10)]
    asked = {"RequestItems": {environment["FEDERATION_TRUST_TABLE"]: {"Keys": keys, "ConsistentRead": True}}}
    key, algorithm = environment["FEDERATION_SIGNING_KEY"], "RSASSA_PKCS1_V1_5_SHA_256"

    def call() -> None:
        aws.dynamodb.put_item(TableName=environment["FEDERATION_AUDIT_TABLE"], Item=item)
        aws.dynamodb.batch_get_item(**asked)
        aws.kms.start_sign(KeyId=key, Message=b"d" * 32, MessageType="DIGEST", SigningAlgorithm=algorithm)()

    return call


def rsa_verify() -> Callable[[], object]:
    """One RS256 verification."""
    key = rsa.generate_private_key(65537, 2048)
    message = b"m" * 700
    signature = key.sign(message, padding.PKCS1v15(), SHA256())
    public, scheme, digest = key.public_key(), padding.PKCS1v15(), SHA256()
    return lambda: public.verify(signature, message, scheme, digest)


def ec_sign() -> Callable[[], object]:
    """One ES256 signature."""
    key = ec.generate_private_key(ec.SECP256R1())
    scheme = ec.ECDSA(SHA256())
    return lambda: key.sign(b"m" * 700, scheme)


class _OneIssuer:
    def __init__(self, issuer: Issuer) -> None:
        self._issuers = (issuer,)

    def issuer(self, id_: str) -> Issuer | None:
        return self._issuers[0] if self._issuers[0].id == id_ else None

    def issuers_named(self, _names: Sequence[IssuerName]) -> NamedIssuers:
        return NamedIssuers(self._issuers)


def _verifier(key: IssuerKey) -> TokenVerifier:
    issuer = Issuer(
        id="idp",
        version=1,
        provider="oidc",
        issuer=IDP,
        audiences=(),
        keys=IssuerKeys(jwks=key.jwks),
        algorithms=("RS256",),
        max_token_age=3600,
    )
    clock = SystemClock()
    keys = KeyCache(KeySource(WebFetcher()), clock)
    return TokenVerifier(TrustedIssuers(_OneIssuer(issuer), BRIDGE), keys, provider_named, clock)
