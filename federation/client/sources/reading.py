"""Texts that should be tokens: trimmed, looked at, and read again where they are just being written."""

import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from federation.client.errors import BrokenSource, without_tokens
from federation.client.http import Answer, send
from federation.client.identity import audiences, unverified_claims

MAX_TOKEN: Final = 64 * 1024
"""Characters that are read: more than any token has."""
STALE: Final = 120
"""Seconds beyond its end from when on a token is not shown at all: two clocks may differ by less."""
COMMAND_TIMEOUT: Final = 30.0
"""Seconds."""
_TRIES, _SPACE = 4, 0.05
"""How often a file is read that holds no token yet, and the seconds between."""


def clean(text: str, source: str, where: str) -> str:
    """The token in a text, without the white space around it; raises BrokenSource."""
    token = text.strip()
    if not token:
        raise BrokenSource(source, f"there is no token in {where}", "see what should have put it there")
    if len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise BrokenSource(source, f"what is in {where} is no token", "see what has put it there")
    return token


def read_file(path: Path, source: str) -> str:
    """The token in a file that may be replaced at any time; raises BrokenSource."""
    for left in reversed(range(_TRIES)):
        try:
            return current(clean(_text(path, source), source, str(path)), source, str(path))
        except BrokenSource:
            if not left or not path.exists():
                raise
        time.sleep(_SPACE)
    raise AssertionError


def _text(path: Path, source: str) -> str:
    try:
        with path.open(encoding="ascii") as file:
            return file.read(MAX_TOKEN + 2)
    except OSError as error:
        raise BrokenSource(source, f"{path} cannot be read: {error.strerror}", "see its name and its rights") from None
    except UnicodeDecodeError:
        raise BrokenSource(source, f"what is in {path} is no token", "see what has put it there") from None


def current(token: str, source: str, where: str, now: Callable[[], float] = time.time) -> str:
    """The token, unless it says itself that it ended long ago; raises BrokenSource."""
    ends = unverified_claims(token).get("exp")
    if isinstance(ends, (int, float)) and ends < now() - STALE:
        since = int(now() - ends)
        raise BrokenSource(source, f"the token in {where} expired {since} s ago", "see why it is not replaced")
    return token


def meant_for(token: str, audience: str, source: str) -> str:
    """A token that was asked for with an audience names no other; raises BrokenSource."""
    named = audiences(unverified_claims(token))
    if named and audience not in named:
        told = f"it gave a token for {', '.join(named)}, not for {audience}"
        raise BrokenSource(source, without_tokens(told), "see how it is set up")
    return token


def output_of(command: Sequence[str], source: str, timeout: float = COMMAND_TIMEOUT) -> str:
    """The token that a command prints; raises BrokenSource. What else it printed is not repeated."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 (the caller's own command)
    except subprocess.TimeoutExpired:
        raise BrokenSource(source, f"{command[0]} did not end within {timeout:.0f} s", "run it by hand") from None
    except OSError as error:
        raise BrokenSource(source, f"{command[0]} cannot be run: {error.strerror}", "see whether it is there") from None
    if done.returncode:
        raise BrokenSource(source, f"{command[0]} ended with exit code {done.returncode}", "run it by hand")
    return clean(done.stdout.decode("ascii", errors="replace"), source, f"what {command[0]} printed")


def split(command: str, source: str) -> list[str]:
    """A command line as words; no shell reads it. Raises BrokenSource."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise BrokenSource(source, "that is no command", "write it as command:PROGRAM ARGUMENT ...")
    return words


def member_of(url: str, method: str, bearer: str, member: str, source: str) -> str:
    """The token in a JSON answer; raises BrokenSource. Neither the answer nor `bearer` is repeated."""
    headers = {"authorization": f"Bearer {bearer}", "accept": "application/json"}
    if method == "POST":
        headers["content-length"] = "0"
    try:
        answer = send(url, method, headers=headers)
    except OSError as error:
        told = f"it gives no token: {type(error).__name__}"
        raise BrokenSource(source, told, "see whether its service answers") from None
    return clean(_member(answer, member, source), source, "its answer")


def _member(answer: Answer, member: str, source: str) -> str:
    value = answer.loose_members.get(member)
    if answer.status != 200 or not isinstance(value, str):  # noqa: PLR2004 RFC 9110 section 15.3
        raise BrokenSource(source, f"it gives no token: HTTP {answer.status}", "see whether the job may ask for one")
    return value
