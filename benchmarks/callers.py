"""What our client costs whoever installs it: a header, a thousand threads at a token's end, a process's first exchange.

`python -m benchmarks.callers`. The processes see what `pip install federation-bridge` brings, and nothing else.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from sysconfig import get_path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from federation.client import FederatedToken
from federation.client.identity import Subject
from federation.client.refreshing import Times
from federation.client.sources.source import Given

BASE = (
    *("httpx", "httpcore", "h11", "certifi", "idna", "anyio", "typing_extensions.py"),
    *("msgspec", "jwt", "cryptography", "cffi", "_cffi_backend*.so"),
)
"""What the package depends on, without an extra."""
STARTS, ROUNDS, CALLS = 15, 20, 200
THREADS = 1000
URL = "https://risk.internal.example.com/scores/7?full=1"

OURS = """
import sys
from federation.client import FederatedToken
FederatedToken(sys.argv[1], "api", source="env:OWN", bound=False).get()
"""
PLAIN = """
import os, sys
import httpx
grant, jwt = "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:token-type:jwt"
form = {"grant_type": grant, "subject_token": os.environ["OWN"], "subject_token_type": jwt, "audience": "api"}
httpx.post(f"{sys.argv[1]}/token", data=form).raise_for_status().json()["access_token"]
"""
OURS_BOUND = OURS.replace(", bound=False", "")
PLAIN_BOUND = """
import os, sys, time, uuid
import httpx, jwt
from cryptography.hazmat.primitives.asymmetric import ec
key, url = ec.generate_private_key(ec.SECP256R1()), f"{sys.argv[1]}/token"
public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
grant, type_ = "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:token-type:jwt"
form = {"grant_type": grant, "subject_token": os.environ["OWN"], "subject_token_type": type_, "audience": "api"}
def post(**nonce):
    claims = {"jti": str(uuid.uuid4()), "htm": "POST", "htu": url, "iat": int(time.time()), **nonce}
    proof = jwt.encode(claims, key, "ES256", {"typ": "dpop+jwt", "jwk": public})
    return client.post(url, data=form, headers={"dpop": proof})
with httpx.Client() as client:
    asked = post()
    if asked.status_code == 400:
        asked = post(nonce=asked.headers["dpop-nonce"])
    asked.raise_for_status().json()["access_token"]
"""


class Measured(Struct, frozen=True):
    """Microseconds of CPU for a header; seconds of CPU for a process; exchanges for all threads together."""

    bearer: float
    bound: float
    signature: float
    """One raw ES256 signature."""
    exchanges: int
    ours: float
    plain: float
    ours_bound: float
    plain_bound: float


class _Endpoint(BaseHTTPRequestHandler):
    """Issues the same token to anyone; wants its nonce in a proof."""

    asked = 0
    expires_in = 3600

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        proof = self.headers.get("dpop")
        if proof and b'"nonce"' not in _payload(proof):
            self._answer(400, {"error": "use_dpop_nonce"})
            return
        type(self).asked += 1
        kind = "DPoP" if proof else "Bearer"
        self._answer(200, {"access_token": "a" * 900, "token_type": kind, "expires_in": self.expires_in, "scope": "r"})

    def _answer(self, status: int, members: dict[str, object]) -> None:
        body = json.dumps(members).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("dpop-nonce", "n")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def _payload(proof: str) -> bytes:
    part = proof.split(".")[1]
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def measure() -> Measured:
    """In turns, so that a neighbour disturbs all of them alike; of each the tenth that fared best."""
    with _serving() as url, _installed() as packages:
        bearer, bound = (FederatedToken(url, "api", source=_OWN, bound=one) for one in (False, True))
        key, scheme = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(SHA256())
        headers = _best(
            {
                "bearer": lambda: bearer.headers("GET", URL),
                "bound": lambda: bound.headers("GET", URL),
                "signature": lambda: key.sign(b"x" * 400, scheme),
            }
        )
        scripts = {"ours": OURS, "plain": PLAIN, "ours_bound": OURS_BOUND, "plain_bound": PLAIN_BOUND}
        return Measured(exchanges=_at_expiry(url), **headers, **_starts(scripts, url, packages))


def table(measured: Measured) -> Table:
    """For people."""
    shown = Table(title="What a caller pays", title_justify="left")
    for heading in ("what", "measured", "over", "ratio", "must"):
        shown.add_column(heading)
    shown.add_row("header, cached bearer's token", f"{measured.bearer:.1f} us", "", "", "5 us")
    over = f"raw ES256 signature, {measured.signature:.0f} us"
    shown.add_row(
        "header, bound: one signature", f"{measured.bound:.0f} us", over, _ratio(measured.bound, measured.signature), ""
    )
    shown.add_row(f"{THREADS} threads at a token's end", f"{measured.exchanges} exchange", "", "", "1")
    for what, ours, plain, peer in (
        ("start to first exchange", measured.ours, measured.plain, "httpx and a POST"),
        ("the same, bound to a key", measured.ours_bound, measured.plain_bound, "httpx, PyJWT, two POSTs"),
    ):
        shown.add_row(what, f"{ours * 1000:.0f} ms", f"{peer}, {plain * 1000:.0f} ms", _ratio(ours, plain), "1.3")
    return shown


def _ratio(ours: float, plain: float) -> str:
    return f"{ours / plain:.2f}"


def _best(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Microseconds of CPU for each call."""
    costs: dict[str, list[float]] = {what: [] for what in works}
    for work in works.values():
        work()
    for _ in range(ROUNDS):
        for what, work in works.items():
            before = time.process_time()
            for _ in range(CALLS):
                work()
            costs[what].append((time.process_time() - before) / CALLS * 1e6)
    return {what: statistics.quantiles(each, n=10)[0] for what, each in costs.items()}


def _at_expiry(url: str) -> int:
    """How many exchanges a thousand threads make that come when the token has ended."""
    now = [1000.0]
    token = FederatedToken(url, "api", source=_OWN, bound=False, times=Times(lambda: now[0], lambda: now[0]))
    token.get()
    now[0] += 2 * _Endpoint.expires_in
    before, together = _Endpoint.asked, threading.Barrier(THREADS)

    def ask(_: int) -> None:
        together.wait()
        token.get()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(ask, range(THREADS)))
    return _Endpoint.asked - before


def _starts(scripts: dict[str, str], url: str, packages: Path) -> dict[str, float]:
    """Seconds of CPU from a process's start to its first exchange and end."""
    costs: dict[str, list[float]] = {what: [] for what in scripts}
    for _ in range(STARTS):
        for what, script in scripts.items():
            costs[what].append(_cpu(script, url, packages))
    return {what: statistics.quantiles(each[1:], n=10)[0] for what, each in costs.items()}


def _cpu(script: str, url: str, packages: Path) -> float:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(packages), "OWN": "own.own.own"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-S", "-c", script, url], env=environment, check=True)  # noqa: S603 (ours)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def _installed() -> Iterator[Path]:
    """A folder with our package and its dependencies alone."""
    site = Path(get_path("platlib"))
    with TemporaryDirectory(prefix="callers-") as name:
        folder = Path(name)
        for pattern in BASE:
            for found in site.glob(pattern):
                (folder / found.name).symlink_to(found)
        (folder / "federation").symlink_to(Path(__file__).parents[1] / "federation")
        yield folder


@contextmanager
def _serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_OWN = Given(Subject("own.own.own"))

if __name__ == "__main__":
    Console().print(table(measure()))
