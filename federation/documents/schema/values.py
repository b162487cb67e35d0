"""Values that several kinds of document use."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from federation.documents.schema.patterns import DOCUMENT_ID, DURATION, DURATION_OR_NONE, SCOPE, WORDS
from federation.documents.schema.urls import fetch_problem, url_problem
from federation.model.duration import seconds, seconds_or_none
from federation.verification.spiffe_id import SCHEME, is_trust_domain

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
        if seconds_or_none(text) > seconds(limit):
            raise ValueError(f"at most {limit}")
        return text

    return check


TokenLifetime = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("1h"))]
TokenAge = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("24h"))]
MaxStale = Annotated[
    str, Field(pattern=DURATION_OR_NONE, description=WORDS[DURATION_OR_NONE]), AfterValidator(_at_most("24h"))
]
AuthAge = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("30d"))]
PushedMaxAge = Annotated[str, Field(pattern=DURATION, description=WORDS[DURATION]), AfterValidator(_at_most("366d"))]


def _trusted_url(url: str, info: ValidationInfo) -> str:
    """An https URL with one spelling; http on this machine where the validation's context has `loopback`."""
    return _without_problem(url, url_problem(url, loopback=is_loopback(info)))


def _fetched_url(url: str, info: ValidationInfo) -> str:
    return _without_problem(url, fetch_problem(url, loopback=is_loopback(info)))


def _issuer_name(name: str, info: ValidationInfo) -> str:
    if name.startswith(SCHEME):
        problem = "" if is_trust_domain(name) else "a trust domain is lower case, without a port or a path"
        return _without_problem(name, problem)
    return _trusted_url(name, info)


def is_loopback(info: ValidationInfo) -> bool:
    """Whether http on this machine is allowed."""
    return bool(info.context and info.context.get("loopback"))


def _without_problem(url: str, problem: str | None) -> str:
    if problem:
        raise ValueError(problem)
    return url


IssuerName = Annotated[str, AfterValidator(_issuer_name)]
"""A trusted URL, or a SPIFFE trust domain: `spiffe://example.org`."""
FetchedUrl = Annotated[str, AfterValidator(_trusted_url), AfterValidator(_fetched_url)]
"""A trusted URL that this bridge connects to."""
