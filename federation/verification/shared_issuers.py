"""Issuers that belong to one provider, whatever an Issuer document calls them."""

from urllib.parse import urlsplit

from federation.verification.provider import Provider
from federation.verification.providers import provider_named, provider_names


def owner_of(issuer: str) -> Provider | None:
    """The provider whose tokens alone come from the issuer's host; None: anybody's host."""
    host = urlsplit(issuer).hostname or ""
    return next((owner for name in provider_names() if (owner := provider_named(name)).owns(host)), None)
