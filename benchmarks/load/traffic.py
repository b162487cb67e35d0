"""Who calls: good callers, junk of every kind, and a client that asks for far more than its limit."""

import base64
import json
import random
import time
from collections.abc import Callable
from urllib.parse import urlencode

from msgspec import Struct

from benchmarks.aws_process import BRIDGE
from benchmarks.trust import CLIENT, IDP
from benchmarks.world import AwsProcess
from federation.model.json import Json
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, GrantType, TokenType

GOOD, BAD, JUNK, NOISY = "good", "bad token", "junk", "noisy client"
WORKERS = 50


class Call(Struct, frozen=True):
    """One request as it goes over the wire, and the answers that are right."""

    kind: str
    wire: bytes
    right: frozenset[int]


class Traffic:
    """Makes calls. `junk`: how many of a hundred are none of a good caller."""

    def __init__(self, aws: AwsProcess, junk: int) -> None:
        self._aws = aws
        self._random = random.Random(7)  # noqa: S311 (which call comes next)
        self._good = [self._exchange(aws.token(f"worker-{number}")) for number in range(WORKERS)]
        self._bad = [self._exchange(token) for token in _forged(aws)]
        self._junk = junk
        self._numbers = 0

    def next(self) -> Call:
        """The next one."""
        drawn = self._random.randrange(100)
        if drawn >= self._junk + 10 * bool(self._junk):
            return Call(GOOD, self._random.choice(self._good), _OK)
        if drawn >= self._junk:
            return Call(NOISY, self._noisy(), _LIMITED)
        if drawn % 2:
            return Call(BAD, self._random.choice(self._bad), _REFUSED)
        return Call(JUNK, self._random.choice(_JUNK)(self._random), _REFUSED)

    def _exchange(self, token: str, **more: str) -> bytes:
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": token,
            "audience": "risk-engine",
            **more,
        }
        return post("/token", urlencode(form).encode())

    def _noisy(self) -> bytes:
        self._numbers += 1
        now = int(time.time())
        whose: dict[str, Json] = {"iss": CLIENT, "sub": CLIENT, "aud": BRIDGE, "jti": f"{now}-{self._numbers}"}
        assertion = self._aws.client.sign({**whose, "iat": now, "exp": now + 60})
        proven = {"client_assertion": assertion, "client_assertion_type": JWT_BEARER_ASSERTION}
        return self._exchange(self._aws.token("worker-1"), **proven)


_OK, _LIMITED = frozenset({200}), frozenset({200, 429})
_REFUSED = frozenset({400, 401, 404, 405, 413})


def post(path: str, body: bytes, content_type: str = FORM) -> bytes:
    """A request with a body."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        f"content-type: {content_type}",
        f"content-length: {len(body)}",
    ]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + body


def _forged(aws: AwsProcess) -> list[str]:
    """Tokens that nobody may be let in with."""
    good = aws.token("worker-2")
    header, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    other = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "worker-3"}).encode()).rstrip(b"=").decode()
    return [
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{other}.{signature}",
        aws.token("worker-4", exp=int(time.time()) - 3600),
        aws.token("nobody"),
        aws.token("worker-5", f"{IDP}/unknown"),
        aws.client.sign({**claims, "sub": "worker-6"}),
    ]


_JUNK: tuple[Callable[[random.Random], bytes], ...] = (
    lambda drawn: post("/token", drawn.randbytes(drawn.randrange(1, 4000))),
    lambda drawn: post("/token", b"a=" + b"%41" * drawn.randrange(1, 5000)),
    lambda _: post("/token", b"&".join(b"p%d=1" % number for number in range(200))),
    lambda _: post("/token", b"{" * 5000, "application/json"),
    lambda _: post("/introspect", b"token=x"),
    lambda drawn: post(f"/{drawn.randbytes(8).hex()}", b""),
)
