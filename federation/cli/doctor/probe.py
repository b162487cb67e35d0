"""Asks a bridge: each question within limits of time and size, and all of them together within one more."""

from collections.abc import Mapping
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Struct, field

from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked
from federation.cli.doctor.shown import shown
from federation.cli.doctor.unanswered import unanswered
from federation.client.http import Answer, send
from federation.oauth.identifiers import FORM

EACH = 10.0
"""Seconds for one question: a cold function may take a few."""
ALL = 60.0
"""Seconds for all of them."""
HEALTH: Final = "/health"


class Probe(Struct):
    """Remembers answers to GET, and whether nobody answers at all. Whatever goes wrong is raised as Settled."""

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
        raise Settled(failed(f"{what} is a redirect (HTTP {answer.status}), which nobody follows.", OWN_URL))
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
