"""Steps 7 and 8 of a foreign JWT's verification: valid now, and of the form that its provider documents."""

from msgspec import Struct

from federation.model.json import Claims
from federation.model.trust import Issuer
from federation.verification.claims import Times, check_authentication_age, check_jti, check_times, read_subject
from federation.verification.provider import Provider
from federation.verification.shapes import check_shape


class CheckedClaims(Struct, frozen=True):
    """What the claims say, before the signature is judged."""

    times: Times
    subject: str
    claims: Claims
    """What rules may read: nothing that is absent, nothing that has another form than its provider documents."""
    unaccounted: tuple[str, ...]
    """Claims that the provider's table does not know."""
    misshapen: frozenset[str]
    """Claims that are there, and not among `claims`: a rule that reads one refuses."""


def check_claims(claims: Claims, issuer: Issuer, provider: Provider, now: float) -> CheckedClaims:
    """Every check that needs no key; raises InvalidRequest. By itself it proves nothing."""
    times = check_times(claims, issuer, now)
    check_authentication_age(claims, issuer, now)
    subject = read_subject(claims)
    accounted = provider.table.verify(claims)
    read, misshapen = accounted.claims, accounted.misshapen
    if not check_jti(read, issuer):
        read, misshapen = {name: read[name] for name in read if name != "jti"}, misshapen | {"jti"}
    provider.check(issuer, read)
    check_shape(provider.name, claims)
    return CheckedClaims(times, subject, read, accounted.unaccounted, misshapen)
