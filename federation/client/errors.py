"""What a caller of the library may meet. No message, no traceback and no `repr` here holds a token."""

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from importlib import import_module
from time import time
from typing import Any

from federation.client.http import Answer

SKEW = 30
"""Seconds by which this clock and the bridge's may differ without a word."""
LONGEST_WAIT = 3600.0
"""Seconds: no Retry-After asks for more."""


_TOKEN_TEXT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}[A-Za-z0-9_.~-]*")
"""How every JWT begins: the base64url of `{"`."""
_MOST = 500
"""Characters of a server's text that a message repeats."""


def without_tokens(text: str) -> str:
    """A server's text, fit for a message: a server could answer with a token that it was shown."""
    shown = _TOKEN_TEXT.sub("(a token)", text)
    return shown if len(shown) <= _MOST else f"{shown[:_MOST]}..."


class ClientError(Exception):
    """The library cannot do what was asked. `str()` says why, `next` what to do."""

    def __init__(self, message: str, next_: str = "") -> None:
        super().__init__(message)
        self.next = next_


class Refused(ClientError):
    """The bridge did not issue a token; says why, in its words."""

    def __init__(self, answer: Answer, otherwise: str = "the answer is none of a bridge's") -> None:
        """`answer`: whatever came back, also from something that is no bridge. `otherwise`: where it does not say."""
        members = answer.loose_members
        self.status = answer.status
        self.error = without_tokens(str(members.get("error", f"HTTP {answer.status}")))
        self.description = without_tokens(str(members.get("error_description", otherwise)))
        self.correlation_id = without_tokens(str(members.get("correlation_id", "")))
        self.approval_id = members.get("approval_id")
        self.retry_after = _wait(answer, members.get("interval"))
        self.clock_offset = clock_offset(answer)
        reason, colon, advice = self.description.partition(": ")
        self.reason = reason if colon and reason.isidentifier() else ""
        """The stable code of `federation.oauth.reasons`; empty where the answer is none of a bridge's."""
        super().__init__(self._told(), advice or self.description)

    def _told(self) -> str:
        told = f"{self.error}: {self.description}"
        if abs(self.clock_offset) > SKEW and self.status < 500:  # noqa: PLR2004 RFC 9110 section 15.6
            side = "behind" if self.clock_offset > 0 else "ahead of"
            told += f" (this machine's clock is {abs(self.clock_offset):.0f} s {side} the bridge's)"
        return f"{told} [correlation id {self.correlation_id}]" if self.correlation_id else told


class Unreachable(ClientError):
    """The bridge gave no answer, or not in time."""


class NoIdentity(ClientError):
    """There is no identity here. `looked_for`: (source, why it is not here), in the order of looking."""

    def __init__(self, looked_for: Sequence[tuple[str, str]]) -> None:
        self.looked_for = tuple(looked_for)
        lines = "".join(f"\n  {name}: {why}" for name, why in looked_for)
        super().__init__(f"no identity of your own was found here; looked for{lines}", "name a source, as file:PATH")


class SeveralIdentities(ClientError):
    """There is more than one, and none is chosen for you. `found`: their names."""

    def __init__(self, found: Sequence[str]) -> None:
        self.found = tuple(found)
        told = f"several identities were found here: {', '.join(found)}"
        super().__init__(told, f"name the one to use: source {found[0]!r}, or FEDBRIDGE_SOURCE={found[0]}")


class BrokenSource(ClientError):
    """The identity is here, and cannot be used. `source`: its name."""

    def __init__(self, source: str, message: str, next_: str = "") -> None:
        self.source = source
        super().__init__(f"{source}: {message}", next_)


class UnknownSource(ClientError):
    """There is no source of that name."""


class NotInstalled(ClientError):
    """An optional library is missing."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(
            f"{what} needs the extra {extra!r}, which is not installed",
            f"pip install 'federation-bridge[{extra}]'",
        )


def library(module: str, what: str, extra: str) -> Any:  # noqa: ANN401 (an optional module)
    """An optional library, imported when it is used; raises NotInstalled."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("federation"):
            raise
        raise NotInstalled(what, extra) from None


def clock_offset(answer: Answer) -> float:
    """Seconds to add to this machine's clock to get the server's, by its Date header; 0 if it does not say."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp() - time()
    except (KeyError, OverflowError, TypeError, ValueError):
        return 0.0


def _wait(answer: Answer, interval: object) -> float | None:
    """Seconds until the next try, as the answer says; None: it does not."""
    said = answer.headers.get("retry-after", interval)
    try:
        return min(max(0.0, float(str(said))), LONGEST_WAIT) if said is not None else None
    except ValueError:
        return None
