from typing import ClassVar

from msgspec import Struct

from federation.value import Redacted


class Secretive(Redacted, Struct, frozen=True):
    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token"})

    token: str
    issuer: str = "acme"


def test_what_is_hidden_is_not_in_the_repr_and_everything_else_is() -> None:
    assert repr(Secretive("eyJ.secret.sig")) == "Secretive(issuer='acme')"
