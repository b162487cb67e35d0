"""A form body and what it asks for: an accepted one says to a lax reader what it says to ours."""

from urllib.parse import parse_qsl

from federation.oauth.errors import OAuthError
from federation.oauth.form import parse_form
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import FORM
from federation.oauth.request import parse
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.fuzz.targets.seeds import seeds

SEEDS = seeds("form")


def check(data: bytes) -> None:
    try:
        form = parse_form(data, FORM)
        parse(HttpRequest("POST", "/token", data, "c-1", {"content-type": FORM}))
    except OAuthError as refusal:
        return TALLY.refuse(refusal.reason)
    TALLY.accepted += 1
    lax = parse_qsl(data.decode(), errors="strict")
    if sorted((name, value) for name, values in form.items() for value in values) != sorted(lax):
        raise Accepted(data)
    return None
