"""Answers as signed JWTs: evidence that can be kept (RFC 9701 section 5)."""

import re

from msgspec import Struct

from federation.introspection.answer import IntrospectionAnswer
from federation.minting.signed_jwt import JwtSigner
from federation.oauth.http import HttpRequest
from federation.ports import Clock

TYP = "token-introspection+jwt"
MEDIA_TYPE = f"application/{TYP}"
_NOT_AT_ALL = re.compile(r"q=0(\.0{0,3})?", re.IGNORECASE)
"""A weight of nought (RFC 9110 section 12.4.2)."""


class SignedAnswers(Struct, frozen=True):
    """`issuer`: our URL."""

    issuer: str
    signer: JwtSigner
    clock: Clock

    def sign(self, told: IntrospectionAnswer) -> str:
        """The JWT, for that client alone. No `sub` and no `exp`: it is no access token and never looks like one."""
        return self.signer.sign(
            TYP,
            {
                "iss": self.issuer,
                "aud": told.client.id,
                "iat": int(self.clock.now()),
                "token_introspection": told.answer,
            },
        )


def accepts_jwt(http: HttpRequest) -> bool:
    """Whether the caller asks for the signed form (RFC 9701 section 4)."""
    ranges = (each.split(";") for each in http.headers.get("accept", "").split(","))
    return any(
        name.strip().lower() == MEDIA_TYPE and not any(_NOT_AT_ALL.fullmatch(each.strip()) for each in parameters)
        for name, *parameters in ranges
    )
