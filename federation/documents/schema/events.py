"""What an Issuer may send to `/events` (RFC 8935)."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from federation.documents.schema.document import TOKEN_AUDIENCE, WORDS, KeysPart, Part, distinct
from federation.model.security_event import EventType
from federation.verification.provider import Provider
from federation.verification.spiffe_id import SPIFFE

NAMES = tuple(event.value for event in EventType)


def _event_type(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"one of {', '.join(NAMES)}")
    return name


EventName = Annotated[str, AfterValidator(_event_type), WithJsonSchema({"type": "string", "enum": list(NAMES)})]


class EventsPart(Part):
    """One stream of security events (SSF 1.0)."""

    types: Annotated[
        list[EventName],
        AfterValidator(distinct),
        Field(min_length=1, description="The events that count; every other one is refused."),
    ]
    audience: Annotated[
        str | None,
        Field(
            pattern=TOKEN_AUDIENCE,
            description=f"`aud` of its SETs; none: this bridge's own URL. {WORDS[TOKEN_AUDIENCE]}",
        ),
    ] = None


def events_problem(keys: KeysPart, provider: Provider) -> str | None:
    """What is wrong with `events` there, and the fix; None: nothing."""
    if keys.certificates or keys.caller_identity or provider.name == SPIFFE:
        return "events: a SET is signed by a key for tokens, and this issuer has none; leave it out"
    return None
