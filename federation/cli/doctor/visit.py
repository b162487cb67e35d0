"""What every look at a bridge is given: questions within limits of time and size, and why one has no answer."""

import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import urlencode

import jwt
from msgspec import Struct, field

from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, warning
from federation.cli.doctor.shown import shown
from federation.cli.subject import Wish
from federation.client.http import Answer, Disconnected, NotHttp, send
from federation.oauth.identifiers import FORM


def moment(text: str) -> float:
    """RFC 3339 -> seconds since the epoch; raises ValueError, TypeError."""
    return datetime.fromisoformat(text).timestamp()


def lasting(seconds: float) -> str:
    """How long something lasts."""
    if seconds < 2 * 60:
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds // 60:.0f} minutes" if seconds < 2 * 60 * 60 else f"{seconds // 3600:.0f} hours"


Members: TypeAlias = dict[str, Any]


def read_unverified(token: str) -> tuple[Members, Members]:
    """Header and claims of a JWT; raises Settled for what is none."""
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except (RecursionError, ValueError, jwt.PyJWTError):
        raise Settled(
            warning("It is no JWT, so nothing can be told of it here.", "See that it is the right one.")
        ) from None
    return read["header"], read["payload"]


def seconds(claims: Members, name: str) -> float | None:
    """A time since the epoch; None: the token does not say."""
    value = claims.get(name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def texts(value: object) -> list[str]:
    """Of a claim that is a text or a list of texts."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


class _Cause(NamedTuple):
    """What an error means. `{url}`: who was asked."""

    error: type[Exception] | tuple[type[Exception], ...]
    seen: str
    next: str


_CAUSES = (
    _Cause(ssl.SSLError, "{url} does not speak TLS.", "Check the URL's host and port."),
    _Cause(
        socket.gaierror,
        "The host of {url} is not known here.",
        "Check its spelling and your DNS; a DomainName of a deployment must point to the stack's DomainTarget.",
    ),
    _Cause(
        ConnectionRefusedError,
        "Nothing listens at {url}.",
        "Check its port, and whether the bridge runs: fedbridge serve.",
    ),
    _Cause(
        TimeoutError, "{url} does not answer in time.", "Check the network between here and there, firewalls included."
    ),
    _Cause(
        (NotHttp, Disconnected),
        "What answers at {url} does not speak HTTP, or ends in the middle.",
        "Check the URL's scheme, host and port.",
    ),
)
"""The first that fits."""


def unanswered(error: Exception, url: str) -> Verdict:
    """What a request to `url` that failed with `error` means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return failed(
            f"{url} does not prove to be who it says: {error.verify_message}.",
            "Check the URL; behind a company's TLS proxy, name its authority to Python by SSL_CERT_FILE.",
        )
    for cause in _CAUSES:
        if isinstance(error, cause.error):
            return failed(cause.seen.replace("{url}", url), cause.next)
    return failed(f"{url} cannot be asked: {_name(error)}.", "Check the URL, and the network between here and there.")


def _name(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # A bare OSError is ours (`the answer is too long`); what others raise may say anything.
    return str(error) if type(error) is OSError else type(error).__name__


EACH = 10.0
"""Seconds for one question: a cold function may take a few."""
ALL = 60.0
"""Seconds for all of them."""
HEALTH: Final = "/health"


class Probe(Struct):
    """Remembers answers to GET, and whether there is none at all. Whatever goes wrong is raised as Settled."""

    bridge: str
    """URL without a slash at its end."""
    each: float = EACH
    all: float = ALL
    _until: float = 0.0
    _answers: dict[str, Answer | Verdict] = field(default_factory=dict)
    _absent: bool = False

    def __post_init__(self) -> None:
        self._until = monotonic() + self.all

    def get(self, path: str) -> Answer:
        """What it says, once and for all."""
        if path not in self._answers:
            self._answers[path] = self._tried(path)
        known = self._answers[path]
        if isinstance(known, Verdict):
            raise Settled(known)
        return known

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """The answer to a form, which may be empty."""
        return self.send(self.bridge + path, "POST", urlencode(form).encode(), {"content-type": FORM})

    def send(
        self,
        url: str,
        method: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = EACH,
    ) -> Answer:
        """The answer to any request; a drop every second does not stretch the time."""
        if self._absent:
            raise Settled(not_checked("The bridge does not answer."))
        seconds = min(timeout, self.each, self._until - monotonic())
        if seconds <= 0:
            raise Settled(not_checked("The other checks took too long.", "Look at what is slow, then repeat."))
        try:
            return _asked(url, method, body, headers, seconds)
        except (OSError, ValueError) as error:
            raise Settled(unanswered(error, url)) from None

    def _tried(self, path: str) -> Answer | Verdict:
        try:
            return self.send(self.bridge + path, "GET")
        except Settled as settled:
            self._absent = self._absent or path == HEALTH
            return settled.verdict


def _asked(url: str, method: str, body: bytes | None, headers: Mapping[str, str] | None, seconds: float) -> Answer:
    try:
        return send(url, method, body, headers, timeout=seconds)
    except (LookupError, OverflowError, RecursionError, TypeError) as error:
        raise OSError(type(error).__name__) from error


def json_object(answer: Answer, what: str) -> dict[str, Any]:
    """The members of a good answer; raises Settled for anything else. `what`: was asked for."""
    if 300 <= answer.status < 400:  # noqa: PLR2004 RFC 9110 section 15.4
        raise Settled(failed(f"{what} is a redirect (HTTP {answer.status}), which clients do not follow.", OWN_URL))
    if answer.status != 200:  # noqa: PLR2004
        raise Settled(failed(f"{what} is answered with HTTP {answer.status}.", NO_BRIDGE))
    return members(answer, what)


def members(answer: Answer, what: str) -> dict[str, Any]:
    """The members of a JSON object, whatever the status; raises Settled."""
    try:
        return answer.members
    except (TypeError, ValueError):
        kind = shown(answer.headers.get("content-type", "of no type"))
        raise Settled(failed(f"{what} is no JSON object ({kind}).", NO_BRIDGE)) from None


OWN_URL = "Name the bridge's own URL, as its tokens have it in iss."
NO_BRIDGE = "Check whether a bridge is at that URL, and nothing between here and there answers in its place."


class Visit(Struct, frozen=True):
    """To one bridge, from one machine."""

    probe: Probe
    token_file: Path
    """Where the token for the admin API is, if there is one."""
    wish: Wish
    """Which token of the caller's own is looked at."""
    now: Callable[[], float]
    """This machine's clock: seconds since the epoch."""
    audience: str | None = None
    """For which a token is asked for, where a cloud's needs are looked at."""
    kept: dict[str, object] = field(default_factory=dict)
    """What is had once and looked at more than once."""

    @property
    def bridge(self) -> str:
        """Its URL without a slash at its end."""
        return self.probe.bridge


Look: TypeAlias = Callable[[Visit], Verdict]
"""One check; may raise Settled instead."""
