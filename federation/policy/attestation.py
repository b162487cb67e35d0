"""What a platform's token says of the machine or pod behind it: `context.attestation` of policies."""

from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims
from federation.model.tokens import VerifiedToken

_ATTESTED_AT: ReadOnly[str, tuple[str, ...]] = {
    "google": ("google", "compute_engine"),  # instance identity, format=full
    "kubernetes": ("kubernetes.io",),  # the bound pod, node and service account
}
"""Where the claims of a provider hold what the platform itself says of its workload."""
ATTESTING = frozenset(path[0] for path in _ATTESTED_AT.values())
"""The claims that attest."""


def attested(subject: VerifiedToken) -> Claims:
    """The attested claims, without what they are nested in; empty: the token attests nothing, or is our own."""
    path = _ATTESTED_AT.get(subject.issuer.provider) if subject.own is None and subject.client is None else None
    return _inner(subject.claims, path) if path else {}


def _inner(claims: Claims, path: tuple[str, ...]) -> Claims:
    for name in path:
        inner = claims.get(name)
        if not isinstance(inner, ReadOnly):
            return {}
        claims = inner
    return claims
