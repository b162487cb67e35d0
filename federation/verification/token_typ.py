"""`typ` must fit the token type that the request declares (RFC 8725 section 3.11, RFC 9068 section 4; ATTACKS A16)."""

from collections.abc import Mapping as ReadOnly

from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason

_FITTING: ReadOnly[TokenType, frozenset[str | None]] = {
    TokenType.JWT: frozenset({None, "jwt"}),
    TokenType.ID_TOKEN: frozenset({None, "jwt"}),
    TokenType.ACCESS_TOKEN: frozenset({None, "jwt", "at+jwt"}),
}


def check_typ(typ: str | None, token_type: TokenType) -> None:
    """Raises InvalidRequest if a token of this `typ` was made for another purpose."""
    if normalised(typ) not in _FITTING.get(token_type, ()):
        raise InvalidRequest(Reason.WRONG_TOKEN_TYP, f"declared as {token_type}")


def normalised(typ: str | None) -> str | None:
    """Media types ignore case, and `application/` may be left out (RFC 7515 section 4.1.9)."""
    return None if typ is None else typ.lower().removeprefix("application/")
