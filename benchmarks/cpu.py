"""Our own CPU time per exchange over the crypto that nobody can avoid, interleaved in one process."""

import statistics
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from benchmarks.world import BRIDGE, IDP, World
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.identifiers import TokenType
from federation.system import SystemClock
from federation.verification.discovery import KeySource
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.providers import provider_named
from federation.verification.verifier import TokenVerifier, UnverifiedToken
from federation.web.fetcher import WebFetcher

ROUNDS = 15
PER_ROUND = 40


class Cost(Struct, frozen=True):
    """Microseconds of CPU, medians over the rounds."""

    exchange: float
    verify: float
    rsa_verify: float
    floor: float
    """One RS256 verification and one ES256 signature."""


def measure(world: World) -> Cost:
    """Warm figures; the stub's own CPU is taken off."""
    token = world.token()
    verifier, presented = _verifier(world), UnverifiedToken(token, TokenType.JWT)
    verify_raw, sign = _rsa_verify(), _ec_sign()

    def own() -> None:
        if world.exchange(token).status != 200:  # noqa: PLR2004
            raise RuntimeError("the exchange was refused")

    rows = [
        (
            _cpu(own, lambda: world.aws.cpu),
            _cpu(lambda: verifier.verify(presented)),
            _cpu(verify_raw),
            _cpu(sign),
        )
        for _ in range(ROUNDS)
    ]
    exchange, verify, raw, signing = (statistics.median(column) for column in zip(*rows, strict=True))
    return Cost(exchange, verify, raw, raw + signing)


def _cpu(work: Callable[[], object], not_ours: Callable[[], float] = float) -> float:
    """Microseconds of CPU of the whole process for one call."""
    before, theirs = time.process_time(), not_ours()
    for _ in range(PER_ROUND):
        work()
    return (time.process_time() - before - (not_ours() - theirs)) / PER_ROUND * 1e6


class _OneIssuer:
    def __init__(self, issuer: Issuer) -> None:
        self._issuers = (issuer,)

    def issuers(self) -> tuple[Issuer, ...]:
        return self._issuers


def _verifier(world: World) -> TokenVerifier:
    issuer = Issuer(
        id="idp",
        version=1,
        provider="oidc",
        issuer=IDP,
        audiences=(),
        keys=IssuerKeys(jwks=world.key.jwks),
        algorithms=("RS256",),
        max_token_age=3600,
    )
    clock = SystemClock()
    keys = KeyCache(KeySource(WebFetcher()), clock)
    return TokenVerifier(TrustedIssuers(_OneIssuer(issuer), BRIDGE), keys, provider_named, clock)


def _rsa_verify() -> Callable[[], object]:
    key = rsa.generate_private_key(65537, 2048)
    message = b"m" * 700
    signature = key.sign(message, padding.PKCS1v15(), SHA256())
    public, scheme, digest = key.public_key(), padding.PKCS1v15(), SHA256()
    return lambda: public.verify(signature, message, scheme, digest)


def _ec_sign() -> Callable[[], object]:
    key = ec.generate_private_key(ec.SECP256R1())
    scheme = ec.ECDSA(SHA256())
    return lambda: key.sign(b"m" * 700, scheme)
