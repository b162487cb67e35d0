"""Whether an issuer's source of keys is one that its provider has."""

from federation.documents.schema.keys import KeysPart
from federation.verification.jwk import SIG
from federation.verification.jwk_set import X509_SVID
from federation.verification.provider import Provider
from federation.verification.spiffe_id import SCHEME, SPIFFE

# What a document says about tokens would protect nothing where there are none.
_ABOUT_TOKENS = frozenset({"audiences", "algorithms", "max_token_age", "single_use", "max_stale"})


def source_problem(issuer: str, keys: KeysPart, provider: Provider, written: frozenset[str]) -> str | None:
    """What is wrong, and the fix; None: nothing. `written`: the keys of the Issuer document."""
    if issuer.startswith(SCHEME) and provider.name != SPIFFE:
        return "a trust domain is SPIFFE's: write provider: spiffe"
    return _certificate_problem(keys, provider, written) or _bundle_problem(keys, provider)


def _certificate_problem(keys: KeysPart, provider: Provider, written: frozenset[str]) -> str | None:
    has_certificates = provider.certificate_claims is not None
    if keys.certificates and not has_certificates:
        return f"{provider.name} has no client certificates: certificates go with device and spiffe"
    if keys.certificates and (useless := sorted(_ABOUT_TOKENS & written)):
        return f"{', '.join(useless)}: that is about tokens, and certificates are none; leave it out"
    if "revoked" in written and not (keys.certificates or provider.name == SPIFFE):
        return "revoked is about client certificates, and this issuer has none; leave it out"
    return None


def _bundle_problem(keys: KeysPart, provider: Provider) -> str | None:
    if provider.name == SPIFFE and (keys.discovery or keys.pushed):
        return "name the trust domain's jwks_uri (its bundle endpoint), jwks (its bundle) or certificates"
    uses = {provider.key_use, X509_SVID} if provider.name == SPIFFE else {provider.key_use}
    if any(jwk.get("use", SIG) not in uses for jwk in (keys.jwks or {}).get("keys", [])):
        return f"keys of {provider.name} say use: {' or '.join(sorted(uses))}"
    return None
