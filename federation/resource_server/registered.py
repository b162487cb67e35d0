"""The claims of an access token that every service looks at, in their one form (RFC 9068 section 2.2)."""

from typing import Annotated, Any

import msgspec

from federation.oauth.errors import InvalidToken
from federation.oauth.reasons import Reason

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class ListPlace(msgspec.Struct, frozen=True, gc=False):
    """Where the token's status is."""

    uri: str
    idx: int


class Status(msgspec.Struct, frozen=True, gc=False):
    """`status` (draft-ietf-oauth-status-list section 6.1)."""

    status_list: ListPlace


class Registered(msgspec.Struct, frozen=True, gc=False):
    """Times: whole seconds since the epoch."""

    iss: str
    sub: _Text
    aud: str | list[str]
    exp: int
    iat: int
    jti: _Text
    client_id: _Text
    status: Status
    scope: str = ""
    cnf: Any = msgspec.UNSET
    """UNSET: the token is bound to nothing. What is there is looked at where it is proven, whatever it is."""


_DECODER = msgspec.json.Decoder(Registered)


def read_registered(payload: bytes) -> Registered:
    """Of a payload that the bridge signed; raises InvalidToken."""
    try:
        return _DECODER.decode(payload)
    except (RecursionError, ValueError, msgspec.MsgspecError) as error:
        raise InvalidToken(Reason.MALFORMED_CLAIMS) from error
