"""Whom we believe: the trusted issuer that a token's (iss, aud) names, exactly (ATTACKS C1-C7, C12).

A JWT-SVID need not have an `iss`: the trust domain of its `sub` names who may speak for it (ATTACKS D20-D21).
"""

from collections.abc import Iterable, Sequence

from federation.model.json import Claims, Json
from federation.model.names import IssuerName, NamedIssuers
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import IssuerDirectory
from federation.verification.spiffe_id import SPIFFE, trust_domain_of

MAX_SHOWN = 128
"""Characters of an unverified claim that the audit record keeps."""


MAX_NAMES = 32
"""Audiences, or claims that may stand for one, by which issuers of a token are looked for."""


class TrustedIssuers:
    """Selects by string comparison alone: nothing is normalised, and nothing is fetched for a stranger."""

    def __init__(self, directory: IssuerDirectory, own_issuer: str) -> None:
        """`own_issuer`: our URL, the audience of issuers whose document names none."""
        self._directory = directory
        self._ours = (own_issuer,)

    def select(self, claims: Claims) -> Issuer:
        """The one enabled issuer that a token with these claims is from; raises InvalidRequest."""
        found = self._found(claims)
        if "aud" in claims:
            return self._owner_by_audiences(found.issuers, _audiences(claims["aud"]))
        speaking = [issuer for issuer in found.issuers if issuer.audience_claim is not None]
        if not speaking and not found.speaking:
            raise InvalidRequest(Reason.MALFORMED_CLAIMS, "aud")
        return self._owner_by_claim(speaking, claims)

    def _owner_by_audiences(self, enabled: Sequence[Issuer], audiences: tuple[str, ...]) -> Issuer:
        """One document owns one of the audiences, and knows all others: no other document does (ATTACKS C6)."""
        asked = frozenset(audiences)
        owners = [issuer for issuer in enabled if not asked.isdisjoint(self._expected(issuer))]
        if not owners:
            raise _wrong_audience(f"aud {_cut(' '.join(audiences))}", enabled)
        issuer = _only(owners)
        if len(audiences) > 1:
            others = asked.difference(self._expected(issuer))
            if len(others) != len(audiences) - 1 or not others.issubset(issuer.other_audiences):
                raise InvalidRequest(Reason.WRONG_AUDIENCE, "several audiences")
        return issuer

    def _owner_by_claim(self, speaking: Sequence[Issuer], claims: Claims) -> Issuer:
        """Where there is no `aud` at all, the claim that a document names stands for it."""
        owners = [issuer for issuer in speaking if _named_by(issuer, claims) in self._expected(issuer)]
        if not owners:
            raise _wrong_audience(f"the claim {_claims_of(speaking)} in place of aud", speaking)
        return _only(owners)

    def _expected(self, issuer: Issuer) -> tuple[str, ...]:
        return issuer.audiences or self._ours

    def _found(self, claims: Claims) -> NamedIssuers:
        """Enabled ones whom the token names, whatever audience they expect; raises InvalidRequest for none."""
        iss, trust_domain = _named(claims)
        found = self._directory.issuers_named(_names(iss, trust_domain, claims))
        enabled = tuple([one for one in found.issuers if one.enabled and _speaks_for(one, iss, trust_domain)])
        if not enabled and not found.others:
            known = any(_speaks_for(one, iss, trust_domain) for one in found.issuers)
            named = f"trust domain {_cut(trust_domain or '')}" if iss is None else f"iss {_cut(iss)}"
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "disabled" if known else f"{named} is unknown or disabled")
        return NamedIssuers(enabled, others=found.others, speaking=found.speaking)


def _names(iss: str | None, trust_domain: str | None, claims: Claims) -> tuple[IssuerName, ...]:
    domain = (IssuerName("trust_domain", trust_domain),) if trust_domain else ()
    if iss is None:
        return domain
    if "aud" in claims:
        audiences = [IssuerName("token", iss, audience) for audience in _texts(claims["aud"])]
        return (*audiences, IssuerName("token", iss), *domain)
    claimed = [IssuerName("claim", iss, value) for value in _texts(list(claims.values()))]
    return (*claimed, IssuerName("claim", iss), IssuerName("token", iss), *domain)


def _speaks_for(issuer: Issuer, iss: str | None, trust_domain: str | None) -> bool:
    if issuer.keys.certificates:
        return False
    return issuer.issuer == (trust_domain if issuer.provider == SPIFFE else iss)


def _texts(value: Json) -> tuple[str, ...]:
    """The texts in it, once each, as many as are looked for."""
    if isinstance(value, str):
        return (value,) if value else ()
    several = value if isinstance(value, list) else ()
    return tuple(dict.fromkeys(one for one in several if isinstance(one, str) and one))[:MAX_NAMES]


def _cut(text: str) -> str:
    """What an unverified token says, for the audit record alone."""
    return repr(text[:MAX_SHOWN])


def _named(claims: Claims) -> tuple[str | None, str | None]:
    """The `iss` and the trust domain that the claims name; raises InvalidRequest where they name neither."""
    iss, trust_domain = claims.get("iss"), trust_domain_of(claims.get("sub"))
    if not isinstance(iss, str) and ("iss" in claims or trust_domain is None):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iss")
    return iss if isinstance(iss, str) else None, trust_domain


def _audiences(aud: Json) -> tuple[str, ...]:
    if isinstance(aud, str) and aud:
        return (aud,)
    audiences = aud if isinstance(aud, list) else ()
    texts = tuple([audience for audience in audiences if isinstance(audience, str) and audience])
    if not texts or len(texts) < len(audiences):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "aud")
    return texts


def _named_by(issuer: Issuer, claims: Claims) -> str:
    """What stands for `aud`; a text that no document has where the claim is none."""
    value = claims.get(issuer.audience_claim or "")
    return value if isinstance(value, str) else ""


def _claims_of(issuers: Iterable[Issuer]) -> str:
    return " ".join(sorted({issuer.audience_claim or "" for issuer in issuers}))


def _only(owners: list[Issuer]) -> Issuer:
    if len(owners) > 1:
        raise InvalidRequest(Reason.AMBIGUOUS_ISSUER, " ".join(sorted(issuer.id for issuer in owners)))
    return owners[0]


def _wrong_audience(what: str, expecting: Iterable[Issuer]) -> InvalidRequest:
    issuers = " ".join(sorted(issuer.id for issuer in expecting)) or "of that iss"
    return InvalidRequest(Reason.WRONG_AUDIENCE, f"{what} is not what issuer {issuers} expects")
