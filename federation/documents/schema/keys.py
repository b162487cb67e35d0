"""Where an issuer's keys come from."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from federation.documents.schema.certificates import Authorities
from federation.documents.schema.document import Part
from federation.documents.schema.values import FetchedUrl, PushedMaxAge
from federation.model.documents import DEFAULT_PUSHED_MAX_AGE
from federation.verification.every_key import KeysUnfit, read_every_key


def _usable(jwks: dict[str, Any]) -> dict[str, Any]:
    try:
        read_every_key(jwks)
    except KeysUnfit as error:
        raise ValueError(str(error)) from None
    return jwks


Jwks = Annotated[dict[str, Any], AfterValidator(_usable), Field(description="A JWK Set of public keys (RFC 7517).")]


class KeysPart(Part):
    """Exactly one source. With `pushed`, `jwks` holds the first keys."""

    discovery: Annotated[Literal[True] | None, Field(description="OpenID Connect Discovery below the issuer.")] = None
    jwks_uri: Annotated[FetchedUrl | None, Field(description="The address of the JWK Set.")] = None
    jwks: Annotated[Jwks | None, Field(description="The JWK Set itself.")] = None
    certificates: Authorities | None = None
    pushed: Annotated[Literal[True] | None, Field(description="The issuer pushes them: nobody can fetch them.")] = None
    caller_identity: Annotated[Literal[True] | None, Field(description="AWS is asked who signed a request.")] = None
    pushed_max_age: Annotated[PushedMaxAge, Field(description="How long no push is no news.")] = DEFAULT_PUSHED_MAX_AGE

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if "pushed_max_age" in self.model_fields_set and not self.pushed:
            raise ValueError("pushed_max_age goes with pushed: true")
        if len(self.model_fields_set - ({"jwks", "pushed_max_age"} if self.pushed else set())) != 1:
            raise ValueError(
                "name exactly one source of keys: discovery, pushed or caller_identity (each: true), "
                "jwks_uri, jwks or certificates"
            )
        return self
