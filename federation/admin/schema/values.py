"""Values that several kinds of document use."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from federation.admin.schema.patterns import DOCUMENT_ID, DURATION, SCOPE, WORDS
from federation.admin.schema.urls import url_problem
from federation.model.duration import seconds

Scope = Annotated[str, Field(pattern=SCOPE, description=WORDS[SCOPE])]

Tenant = Annotated[str, Field(pattern=DOCUMENT_ID, description="Whose it is.")]


def distinct(values: list[str]) -> list[str]:
    """The values; raises ValueError where one is repeated."""
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"repeated: {', '.join(repeated)}")
    return values


Scopes = Annotated[list[Scope], Field(min_length=1, max_length=100), AfterValidator(distinct)]


def _at_most(limit: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if seconds(text) > seconds(limit):
            raise ValueError(f"at most {limit}")
        return text

    return check


TokenLifetime = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("1h"))]
TokenAge = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("24h"))]


def _trusted_url(url: str, info: ValidationInfo) -> str:
    problem = url_problem(url, loopback=bool(info.context and info.context.get("loopback")))
    if problem:
        raise ValueError(problem)
    return url


TrustedUrl = Annotated[str, AfterValidator(_trusted_url)]
"""An https URL with one spelling; http on this machine where the validation's context has `loopback`."""
