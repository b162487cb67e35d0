"""Places that put a token into a variable, with the audience that they were set up with."""

from collections.abc import Callable

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.reading import clean, current
from federation.client.sources.source import Asked, Place, Surroundings


def variable_place(name: str, sign: str, token: str, how: str) -> Place:
    """`sign`: the variable that says where we are; `token`: the one with the token; `how`: it gets to be there."""
    return Place(name, _absent(sign), lambda asked: _subject(asked, name, token, how))


def _absent(sign: str) -> Callable[[Surroundings], str | None]:
    return lambda around: None if around.has(sign) else f"{sign} is not set"


def _subject(asked: Asked, name: str, token: str, how: str) -> Subject:
    if not asked.around.has(token):
        raise BrokenSource(name, f"{token} is not set", how)
    return Subject(current(clean(asked.variable(token), name, token), name, token))
