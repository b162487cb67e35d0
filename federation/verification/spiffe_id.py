"""SPIFFE IDs (SPIFFE-ID section 2), strictly: every identity has one spelling (ATTACKS D20)."""

import re
from typing import NamedTuple

SPIFFE = "spiffe"
"""The provider whose issuers are trust domains."""
SCHEME = "spiffe://"
MAX_LENGTH = 2048
"""Bytes (section 2.3)."""

# Lower case alone and no escapes, so that a comparison of text is a comparison of identities.
_TRUST_DOMAIN = re.compile(r"spiffe://[a-z0-9._-]{1,255}")
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+)+")


class NotSpiffeId(ValueError):
    """The text is no SPIFFE ID of a workload. The message holds no input."""


class SpiffeId(NamedTuple):
    """A workload's identity. Joined, the two are its text."""

    trust_domain: str
    """With the scheme: `spiffe://example.org`."""
    path: str
    """Begins with `/`."""


def parse_spiffe_id(text: str) -> SpiffeId:
    """The identity that `text` spells; raises NotSpiffeId. A trust domain alone is no workload."""
    domain = _TRUST_DOMAIN.match(text)
    if domain is None:
        raise NotSpiffeId("no trust domain in its one spelling")
    if len(text) > MAX_LENGTH:  # ASCII, or it does not fit below
        raise NotSpiffeId(f"{len(text)} bytes, the limit is {MAX_LENGTH}")
    if not _PATH.fullmatch(text, domain.end()):
        raise NotSpiffeId("no path, or one with empty, dot or escaped segments")
    return SpiffeId(domain[0], text[domain.end() :])


def is_trust_domain(text: str) -> bool:
    """Whether `text` is the SPIFFE ID of a trust domain, as an Issuer names it."""
    return _TRUST_DOMAIN.fullmatch(text) is not None


def trust_domain_of(value: object) -> str | None:
    """The trust domain of a workload's SPIFFE ID; None if the value is none."""
    if not isinstance(value, str) or not value.startswith(SCHEME):
        return None
    try:
        return parse_spiffe_id(value).trust_domain
    except NotSpiffeId:
        return None
