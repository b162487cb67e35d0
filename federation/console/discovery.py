"""What an issuer publishes, asked by this process as the bridge would: https, public addresses, pinned, no redirect.

The bridge is never made to fetch. An issuer on this machine is asked only where the bridge is on this machine too.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct

from federation.model.trust import Issuer, IssuerKeys
from federation.ports import Fetcher, FetchFailed
from federation.verification.discovery import KeySource, KeysRefused
from federation.web.fetcher import WebFetcher

SECONDS: Final = 5.0
"""For each document."""
MOST_KEYS: Final = 50
"""That are shown."""
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


_WORDS: Final = {
    "gaierror": "there is no host of that name",
    "TimeoutError": f"no answer within {SECONDS:.0f} seconds",
    "ConnectionRefusedError": "nothing listens there",
    "SSLCertVerificationError": "its certificate is not good",
}
"""What the fetcher says in a word -> as people say it."""


class Discovered(Struct, frozen=True):
    """What came of it."""

    issuer: str
    keys: Sequence[dict[str, str]] = ()
    """Those that verify: kid, kty, alg."""
    problem: str = ""
    """Empty: discovery names this issuer, and its keys can be had."""
    may_pass: bool = False
    """Whether the problem may be this machine's alone, or pass by itself."""
    kid_is_known: bool | None = None
    """Whether the key of the sample token is among them; None: it names none."""


Discover: TypeAlias = Callable[[str, str, str], Discovered]
"""(URL of the issuer, URL of the bridge, kid of the sample token or an empty text)."""


def discover(issuer: str, bridge: str, kid: str) -> Discovered:
    """Over the network."""
    loopback = (urlsplit(bridge).hostname or "") in _LOCAL
    return looked_up(issuer, WebFetcher(loopback=loopback, total=SECONDS), kid, loopback=loopback)


def looked_up(issuer: str, fetcher: Fetcher, kid: str, *, loopback: bool) -> Discovered:
    """By any fetcher."""
    believed = Issuer("draft", 0, "oidc", issuer, (), IssuerKeys(discovery=True), (), 0)
    try:
        found = KeySource(fetcher, loopback=loopback).load(believed)
    except FetchFailed as error:
        return Discovered(issuer, problem=f"It cannot be had: {_WORDS.get(str(error), str(error))}", may_pass=True)
    except KeysRefused as error:
        return Discovered(issuer, problem=f"It must not be used: {error}")
    if not found.keys.keys:
        return Discovered(issuer, problem="It must not be used: no key that can be used")
    shown = [{"kid": key.kid or "", "kty": key.kty, "alg": key.alg or ""} for key in found.keys.keys[:MOST_KEYS]]
    return Discovered(issuer, shown, kid_is_known=found.keys.knows(kid) if kid else None)
