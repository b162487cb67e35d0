"""What a token says of itself, without asking anybody whether it is true."""

from typing import Any, TypeAlias

import jwt

from federation.cli.doctor.finding import Settled, warning

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
