"""For tests of a service: a bridge of one's own in the test's process, and tokens without a network.

    with OwnBridge() as bridge:
        verifier = bridge.verifier("risk-engine")
        claims = verifier.verify(bridge.token("risk-engine", scope="risk:score:read"))

It signs and publishes what a bridge signs and publishes, and decides nothing: every token that a test asks for is made.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from federation.model.status_list import PATH, SPAN, StatusList, list_path, status_reference
from federation.oauth.identifiers import BEARER
from federation.oauth.metadata import JWKS_PATH
from federation.resource_server.opaque import Introspection
from federation.resource_server.testing_keys import HolderKey, SigningKey, make_key
from federation.resource_server.verifier import Verifier

ISSUER = "https://bridge.test"
TTL = 5
_LIST_LIFE = 900
_CLIENT = "service-under-test"


class OwnBridge:
    """A bridge that makes whatever token it is asked for. `algorithm`: RS256, PS256, ES256 or EdDSA.

    `ttl`: seconds for which verifiers believe a status list; with 1 a revocation is known within a second.
    """

    def __init__(
        self, issuer: str = ISSUER, *, algorithm: str = "ES256", now: Callable[[], float] = time.time, ttl: int = TTL
    ) -> None:
        self.issuer = issuer
        self.ttl = ttl
        self.away = False
        """True: it cannot be reached."""
        self.now = now
        self.algorithm = algorithm
        self.keys = [make_key(algorithm), make_key(algorithm)]
        """Published; the first one signs, the second is next."""
        self._revoked: set[tuple[int, int]] = set()
        self._references: dict[str, dict[str, Any]] = {}
        self._verifiers: list[Verifier] = []
        self._lists: dict[int, tuple[int, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for verifier in self._verifiers:
            verifier.close()

    # What a service needs

    def verifier(self, audience: str, **options: Any) -> Verifier:  # noqa: ANN401  (options of a Verifier)
        """A verifier that reads this bridge's documents; `options` as Verifier takes them."""
        verifier = Verifier(self.issuer, audience, **{"fetch": self.fetch, "now": self.now, **options})
        self._verifiers.append(verifier)
        return verifier

    def fetch(self, url: str) -> bytes:
        """A published document; raises OSError."""
        path = url.removeprefix(self.issuer)
        if self.away:
            raise OSError("the bridge is away")
        if path == JWKS_PATH:
            return json.dumps({"keys": [key.public_jwk for key in self.keys]}).encode()
        if path.startswith(PATH):
            return self._status_list(int(path.removeprefix(PATH))).encode("ascii")
        raise FileNotFoundError(path)

    def introspection(self) -> Introspection:
        """How a verifier asks this bridge about its opaque tokens."""
        private = ec.generate_private_key(ec.SECP256R1())
        jwk = {**jwt.algorithms.ECAlgorithm.to_jwk(private, as_dict=True), "alg": "ES256", "kid": _CLIENT}
        return Introspection(self.issuer, _CLIENT, jwk, ask=self._introspect, now=self.now)

    # What callers have

    def token(self, audience: str, *, typ: str = "at+jwt", lifetime: int = 300, **claims: Any) -> str:  # noqa: ANN401
        """A signed token. `claims` replace what it says or are added; None leaves one out. `lifetime`: seconds."""
        return self.sign(self.claims(audience, lifetime=lifetime, **claims), typ)

    def opaque(self, audience: str, *, lifetime: int = 300, **claims: Any) -> str:  # noqa: ANN401
        """An opaque token."""
        said = self.claims(audience, lifetime=lifetime, **claims)
        said.pop("status", None)
        reference = token_urlsafe(32)
        self._references[reference] = said
        return reference

    def claims(self, audience: str, *, lifetime: int = 300, **claims: Any) -> dict[str, Any]:  # noqa: ANN401
        """What a token says."""
        now, jti = int(self.now()), str(claims.get("jti") or token_urlsafe(16))
        issued_at = claims.get("iat", now)
        expires_at = claims.get("exp", issued_at + lifetime)
        subject = claims.get("sub", "partner/acme/billing-sync")
        usual = {
            "iss": self.issuer,
            "sub": subject,
            "aud": audience,
            "iat": issued_at,
            "exp": expires_at,
            "jti": jti,
            "client_id": subject,
            "scope": "",
            "txn": jti,
            "status": status_reference(self.issuer, expires_at, jti).claim,
        }
        return {name: value for name, value in (usual | claims).items() if value is not None}

    def sign(self, claims: Mapping[str, Any], typ: str = "at+jwt") -> str:
        """Any JWT of the bridge's, by the key that signs now."""
        return self.keys[0].sign(claims, typ)

    def holder(self) -> HolderKey:
        """A caller's key: `cnf=holder.cnf` binds a token to it, `holder.proof(...)` proves it."""
        return HolderKey(self.now)

    # What happens to a bridge

    def revoke(self, token: str) -> None:
        """Known to verifiers when they fetch the list again, `ttl` seconds later at most."""
        if self._references.pop(token, None) is not None:
            return
        claims = jwt.decode(token, options={"verify_signature": False})
        place = status_reference(self.issuer, claims["exp"], claims["jti"])
        self._revoked.add((claims["exp"] // SPAN, place.index))

    def rotate(self) -> SigningKey:
        """The next key signs from now on; the one before is published on, and returned."""
        self.keys = [self.keys[1], make_key(self.algorithm), self.keys[0], *self.keys[2:]]
        return self.keys[2]

    def remove(self, key: SigningKey) -> None:
        """Publish a key no more."""
        self.keys = [each for each in self.keys if each is not key]

    @classmethod
    @contextmanager
    def serving(cls, **options: Any) -> Iterator[Self]:  # noqa: ANN401  (as __init__ takes them)
        """The same over HTTP on loopback, for a service in another process; `issuer` is its URL."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        with cls(f"http://127.0.0.1:{server.server_address[1]}", **options) as bridge:
            server.bridge = bridge  # type: ignore[attr-defined]
            thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                yield bridge
            finally:
                server.shutdown()
                server.server_close()

    def _status_list(self, hour: int) -> str:
        indices = [index for each, index in self._revoked if each == hour]
        known = self._lists.get(hour)
        if known is None or known[0] != len(indices):
            known = self._lists[hour] = (len(indices), StatusList().setting(indices).text)
        now, uri = int(self.now()), self.issuer + list_path(hour)
        life = {"iat": now, "exp": now + _LIST_LIFE, "ttl": self.ttl}
        claims = {"iss": self.issuer, "sub": uri, **life, "status_list": {"bits": 1, "lst": known[1]}}
        return self.sign(claims, "statuslist+jwt")

    def _introspect(self, form: Mapping[str, str]) -> bytes:
        if self.away:
            raise OSError("the bridge is away")
        said = self._references.get(form["token"])
        if said is None or said["exp"] <= self.now():
            return b'{"active":false}'
        return json.dumps({"active": True, "token_type": BEARER, **said}).encode()


class _Handler(BaseHTTPRequestHandler):
    """GET of what is published."""

    def do_GET(self) -> None:
        bridge: OwnBridge = self.server.bridge  # type: ignore[attr-defined]
        try:
            status, body = HTTPStatus.OK, bridge.fetch(bridge.issuer + self.path)
        except FileNotFoundError:
            status, body = HTTPStatus.NOT_FOUND, b""
        except OSError:
            status, body = HTTPStatus.SERVICE_UNAVAILABLE, b""
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (a name of http.server)
        """Nothing is logged."""
