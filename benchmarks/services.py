"""What verifying costs a service: ours beside what it would write, over one raw RS256 verification, in turns.

Each token is another one, so nothing is answered from memory but in the row that says so.
"""

import json
import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwt
from authlib.jose import JsonWebKey, JsonWebToken
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct
from rich.table import Table

from federation.oauth.metadata import JWKS_PATH
from federation.resource_server.base64url import decode
from federation.resource_server.testing import OwnBridge

AUDIENCE, SCOPE = "risk-engine", "risk:score:read"
TOKENS = 2000
"""More than a verifier remembers."""
ROUNDS = 60
PER_ROUND = 20
MANY = 100_000
"""Tokens after which memory is looked at."""
JOSE = Path(__file__).parent / "jose"


class Row(Struct, frozen=True):
    """Microseconds of CPU for one token, in the tenth of rounds that fared best: a neighbour makes nothing faster."""

    what: str
    cost: float
    over_raw: float
    over_pyjwt: float


class Measured(Struct, frozen=True):
    """Of one run."""

    rows: tuple[Row, ...]
    growth: float
    """MiB of memory after MANY distinct tokens."""


def measure() -> Measured:
    """Interleaved, so that a neighbour disturbs all of them alike."""
    with OwnBridge(algorithm="RS256") as bridge:
        tokens = [_token(bridge) for _ in range(TOKENS)]
        works = _works(bridge, tokens)
        costs: dict[str, list[float]] = {what: [] for what in works}
        for _ in range(ROUNDS):
            for what, work in works.items():
                costs[what].append(_cpu(work))
        best = {what: statistics.quantiles(each, n=10)[0] for what, each in costs.items()} | _jose(bridge, tokens)
    raw, pyjwt = best["raw RS256 verify"], best["PyJWT, bare decode"]
    rows = tuple(Row(what, cost, cost / raw, cost / pyjwt) for what, cost in best.items())
    return Measured(rows, _growth())


def table(measured: Measured) -> Table:
    """For people."""
    shown = Table(title="A service verifies a token", title_justify="left")
    for heading in ("with", "us", "over raw RS256", "must", "over PyJWT", "must"):
        shown.add_column(heading)
    limits = {"ours: signature, claims, list, scope": ("2.5", "1.3"), "ours, a token that came before": ("", "0.2")}
    for row in measured.rows:
        over_raw, over_pyjwt = limits.get(row.what, ("", ""))
        shown.add_row(row.what, f"{row.cost:.0f}", f"{row.over_raw:.2f}", over_raw, f"{row.over_pyjwt:.2f}", over_pyjwt)
    shown.add_row(f"memory after {MANY:,} tokens", "", "", "", f"{measured.growth:+.1f} MiB", "+5 MiB")
    return shown


def _works(bridge: OwnBridge, tokens: list[str]) -> dict[str, Callable[[], object]]:
    key = jwt.PyJWK(bridge.keys[0].public_jwk).key
    ours, again = bridge.verifier(AUDIENCE), bridge.verifier(AUDIENCE)
    for_ours, for_pyjwt, for_joserfc, for_authlib = (cycle(tokens) for _ in range(4))
    joserfc_keys = joserfc.jwk.KeySet.import_key_set(_jwks(bridge))
    authlib_keys = JsonWebKey.import_key_set(_jwks(bridge))
    authlib = JsonWebToken(["RS256"])

    def bare() -> object:
        return jwt.decode(next(for_pyjwt), key, ["RS256"], audience=AUDIENCE, issuer=bridge.issuer)

    def with_joserfc() -> object:
        claims = joserfc.jwt.decode(next(for_joserfc), joserfc_keys, algorithms=["RS256"]).claims
        joserfc.jwt.JWTClaimsRegistry(iss=_is(bridge.issuer), aud=_is(AUDIENCE)).validate(claims)
        return claims

    def with_authlib() -> object:
        options = {"iss": _is(bridge.issuer), "aud": _is(AUDIENCE)}
        return authlib.decode(next(for_authlib), authlib_keys, claims_options=options).validate()

    return {
        "raw RS256 verify": _raw(key, tokens),
        "ours: signature, claims, list, scope": lambda: ours.verify(next(for_ours)).require(scope=SCOPE),
        "ours, a token that came before": lambda: again.verify(tokens[0]).require(scope=SCOPE),
        "PyJWT, bare decode": bare,
        "joserfc": with_joserfc,
        "Authlib": with_authlib,
    }


def _raw(key: Any, tokens: list[str]) -> Callable[[], object]:  # noqa: ANN401  (cryptography's union of key classes)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("RS256 has RSA keys")
    parts = [token.rpartition(".") for token in tokens]
    distinct = cycle([(message.encode(), decode(signature)) for message, _, signature in parts])
    scheme, digest = padding.PKCS1v15(), SHA256()

    def verify() -> None:
        message, signature = next(distinct)
        key.verify(signature, message, scheme, digest)

    return verify


def _jose(bridge: OwnBridge, tokens: list[str]) -> dict[str, float]:
    """Npm's jose, where it is installed (`npm ci --prefix benchmarks/jose`)."""
    if shutil.which("node") is None or not (JOSE / "node_modules").is_dir():
        return {}
    asked = {"jwks": _jwks(bridge), "tokens": tokens, "issuer": bridge.issuer, "audience": AUDIENCE}
    command = ["node", str(JOSE / "measure.mjs")]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)  # noqa: S603
    return {"jose (npm), on Node": float(done.stdout)}


def _growth() -> float:
    """MiB of resident memory, before and after."""
    with OwnBridge() as bridge:
        verifier = bridge.verifier(AUDIENCE)
        for _ in range(5 * TOKENS):
            verifier.verify(bridge.token(AUDIENCE, scope=SCOPE))
        before = _resident()
        for _ in range(MANY):
            verifier.verify(bridge.token(AUDIENCE, scope=SCOPE))
        return _resident() - before


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _token(bridge: OwnBridge) -> str:
    """Of an ordinary size."""
    fed = {"iss": "acme-okta", "mapping": "acme-billing-sync@1", "decision": "default@0123456789abcdef"}
    return bridge.token(
        AUDIENCE, lifetime=3000, scope=SCOPE, tenant="acme", env="prod", fed=fed, ctx={"team": "billing"}
    )


def _jwks(bridge: OwnBridge) -> Any:  # noqa: ANN401  (JSON)
    return json.loads(bridge.fetch(bridge.issuer + JWKS_PATH))


def _is(value: str) -> Any:  # noqa: ANN401  (options of two libraries)
    return {"essential": True, "value": value}


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    for _ in range(PER_ROUND):
        work()
    return (time.process_time() - before) / PER_ROUND * 1e6
