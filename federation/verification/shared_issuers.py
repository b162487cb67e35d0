"""Issuers that belong to one provider, whatever an Issuer document calls them."""

import re
from itertools import chain

from federation.verification.provider import Provider
from federation.verification.providers import provider_named, provider_names

_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/*(?:[^/?#@]*@)?(?P<host>[^/?#:]*)", re.IGNORECASE)
_WITHOUT = re.compile(r"/*(?:[^/?#@]*@)?(?P<host>[^/?#:]*)")


def owner_of(issuer: str) -> Provider | None:
    """The provider whose tokens alone come from the issuer; None: any provider's.

    An issuer is a name, and Google signs as `accounts.google.com` too: with a scheme or without, a host is one.
    """
    hosts = hosts_in(issuer)
    providers = [provider_named(name) for name in provider_names()]
    by_host = (provider for provider in providers if any(map(provider.owns, hosts)))
    by_path = (provider for provider in providers if provider.owns_path(issuer))
    return next(chain(by_host, by_path), None)


def hosts_in(issuer: str) -> frozenset[str]:
    """What may be the host in an issuer's name, in lower case."""
    found = (form.match(issuer) for form in (_WITH_SCHEME, _WITHOUT))
    return frozenset(match["host"].lower().rstrip(".") for match in found if match)
