"""A document that says `dangerous: true` holds once a second admin has confirmed that very version (ATTACKS E10).

Until then it is stored, versioned and visible, and takes part in nothing. Writing it again takes the confirmation away.
"""

from collections.abc import Mapping as ReadOnly

from msgspec import Struct

from federation.model.json import Json, JsonObject

CONFIRMATION = "confirmation"
"""Member of a stored document beside what somebody wrote; no document that is written may have it."""


class Confirmation(Struct, frozen=True):
    """What was confirmed, by which request, and why."""

    version: int
    """Of the document that was looked at."""
    issuer: str
    """URL of the issuer that the document was dangerous for: it is confirmed for no other."""
    request: str
    """Id of the request; who made it stands in the document's history."""
    reason: str
    time: str
    """RFC 3339."""

    @property
    def body(self) -> JsonObject:
        """As it is stored."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


def is_pending(body: JsonObject) -> bool:
    """Whether the stored document waits for a second admin."""
    return body.get("dangerous", False) is not False and CONFIRMATION not in body


def is_enabled_and_pending(body: JsonObject) -> bool:
    """Whether it would hold, were it confirmed."""
    return body.get("enabled", True) is True and is_pending(body)


def takes_part(body: JsonObject) -> bool:
    """Whether the stored document is enabled and, if it is dangerous, confirmed."""
    return body.get("enabled", True) is True and not is_pending(body)


def confirmed_issuer(body: JsonObject) -> str | None:
    """The issuer for which the stored document is confirmed; None: it needs no confirmation, or has none.

    Raises TypeError for a confirmation of another form.
    """
    if body.get("dangerous", False) is False or CONFIRMATION not in body:
        return None
    confirmation: Json = body[CONFIRMATION]
    issuer = confirmation.get("issuer") if isinstance(confirmation, ReadOnly) else None
    if not isinstance(issuer, str):
        raise TypeError("malformed confirmation")
    return issuer


def as_written(body: JsonObject) -> JsonObject:
    """The stored document without its confirmation."""
    return {name: value for name, value in body.items() if name != CONFIRMATION}
