"""Logging in with a browser elsewhere: the device authorization grant at the person's identity provider (RFC 8628)."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from federation.client.errors import BrokenSource, without_tokens
from federation.client.http import Answer, may_receive_token, post_form, send
from federation.client.identity import Subject
from federation.client.sources.source import NAMED, Asked, Place, always
from federation.oauth.identifiers import TokenType

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL = 5
"""Seconds between two questions, where the provider names none (RFC 8628 section 3.5)."""
LONGEST = 1800
"""Seconds to wait at most, whatever the provider says."""
_OK = 200


def ask_person(
    issuer: str,
    client_id: str,
    tell: Callable[[str], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """The ID token that the provider gives once the person has said yes; raises BrokenSource, OSError.

    `tell`: shows the person where to go and what to enter. `sleep`: waits so many seconds.
    """
    provider = _metadata(issuer.rstrip("/"))
    form = [("client_id", client_id), ("scope", "openid")]
    pending = _members(post_form(_url(provider, "device_authorization_endpoint"), form), "device authorization")
    try:
        tell(f"open {shown(pending['verification_uri'])} and enter {shown(pending['user_code'])}")
        if "verification_uri_complete" in pending:
            tell(f"  or: {shown(pending['verification_uri_complete'])}")
        code, waits = str(pending["device_code"]), int(pending["expires_in"])
        every = max(0, int(pending.get("interval", INTERVAL)))
    except (KeyError, OverflowError, TypeError, ValueError):
        raise _failed(f"{issuer} does not answer as RFC 8628 says") from None
    question = [("grant_type", GRANT), ("device_code", code), ("client_id", client_id)]
    return _poll(_url(provider, "token_endpoint"), question, sleep, every, min(waits, LONGEST))


def _poll(
    endpoint: str, question: Sequence[tuple[str, str]], sleep: Callable[[float], None], every: int, waits: int
) -> str:
    waited = 0
    while waited <= waits:
        sleep(every)
        waited += max(every, 1)
        answer = post_form(endpoint, question)
        error = "" if answer.status == _OK else str(answer.loose_members.get("error"))
        if not error:
            return _id_token(answer)
        if error not in ("authorization_pending", "slow_down"):
            raise _failed(f"the identity provider says {shown(error)}", "log in again, and say yes there")
        every += INTERVAL if error == "slow_down" else 0
    raise _failed("the login was not completed in time", "log in again: fedbridge login --source device")


def _id_token(answer: Answer) -> str:
    token = answer.loose_members.get("id_token")
    if not isinstance(token, str):
        raise _failed("the identity provider gives no ID token", "let its client have the scope openid")
    return token


def _metadata(issuer: str) -> dict[str, Any]:
    """OpenID Connect Discovery; the issuer that it names must be the one that was asked (section 4.3)."""
    _check(issuer)
    metadata = _members(send(f"{issuer}/.well-known/openid-configuration", "GET"), "discovery")
    if str(metadata.get("issuer", "")).rstrip("/") != issuer:
        raise _failed(f"{issuer} says it is {shown(str(metadata.get('issuer')))}", "check --issuer")
    return metadata


def _url(provider: dict[str, Any], name: str) -> str:
    url = provider.get(name)
    if not isinstance(url, str):
        raise _failed(f"the identity provider names no {name}", "take another --source")
    _check(url)
    return url


def _check(url: str) -> None:
    """A device code must not travel in the clear."""
    if not may_receive_token(url.partition("?")[0]):
        raise _failed(f"{shown(url)} is no https URL", "check --issuer")


def _members(answer: Answer, what: str) -> dict[str, Any]:
    members = answer.loose_members
    if answer.status != _OK or not members:
        why = members.get("error_description") or members.get("error") or f"HTTP {answer.status}"
        raise _failed(f"the identity provider's {what} fails: {shown(str(why))}", "check --issuer and --client-id")
    return members


def shown(value: object) -> str:
    """Text of the provider's, fit for a terminal."""
    text = without_tokens(str(value))
    return "".join(char if char.isprintable() else "?" for char in text)


def _failed(message: str, next_: str = "") -> BrokenSource:
    return BrokenSource("device", message, next_)


def _subject(asked: Asked) -> Subject:
    issuer, comma, client_id = asked.argument.rpartition(",")
    if not comma:
        raise _failed("it needs an issuer and a client id", "write device:ISSUER,CLIENT-ID")
    return Subject(ask_person(issuer, client_id, asked.around.tell), TokenType.ID_TOKEN)


PLACE = Place("device", always(NAMED), _subject, "ISSUER,CLIENT-ID", argument_required=True)
