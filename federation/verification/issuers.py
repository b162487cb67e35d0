"""Whom we believe: the trusted issuer that a token's (iss, aud) names, exactly (ATTACKS C1-C7, C12).

A JWT-SVID need not have an `iss`: the trust domain of its `sub` names who may speak for it (ATTACKS D20-D21).
"""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from federation.model.json import Claims, Json
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import IssuerDirectory
from federation.verification.spiffe_id import SPIFFE, trust_domain_of

MAX_SHOWN = 128
"""Characters of an unverified claim that the audit record keeps."""


class _Index(NamedTuple):
    """Who signs JWTs, disabled ones included, by what their tokens name them with."""

    by_iss: ReadOnly[str, list[Issuer]]
    by_trust_domain: ReadOnly[str, list[Issuer]]


class TrustedIssuers:
    """Selects by string comparison alone: nothing is normalised, and nothing is fetched for a stranger."""

    def __init__(self, directory: IssuerDirectory, own_issuer: str) -> None:
        """`own_issuer`: our URL, the audience of issuers whose document names none."""
        self._directory = directory
        self._own_issuer = own_issuer
        self._index: tuple[tuple[Issuer, ...], _Index] = ((), _Index({}, {}))

    def select(self, claims: Claims) -> Issuer:
        """The one enabled issuer that a token with these claims is from; raises InvalidRequest."""
        enabled = self._enabled(claims)
        if "aud" in claims:
            return self._owner_by_audiences(enabled, _audiences(claims["aud"]))
        return self._owner_by_claim(enabled, claims)

    def _owner_by_audiences(self, enabled: list[Issuer], audiences: tuple[str, ...]) -> Issuer:
        """One document owns one of the audiences, and knows all others: nobody else here does (ATTACKS C6)."""
        owners = [issuer for issuer in enabled if not self._expected(issuer).isdisjoint(audiences)]
        if not owners:
            raise _wrong_audience(f"aud {_cut(' '.join(audiences))}", enabled)
        issuer = _only(owners)
        ours = [audience for audience in audiences if audience in self._expected(issuer)]
        others = [audience for audience in audiences if audience not in ours]
        if len(ours) > 1 or len(set(audiences)) < len(audiences) or not set(others) <= set(issuer.other_audiences):
            raise InvalidRequest(Reason.WRONG_AUDIENCE, "several audiences")
        return issuer

    def _owner_by_claim(self, enabled: list[Issuer], claims: Claims) -> Issuer:
        """Where there is no `aud` at all, the claim that a document names stands for it."""
        speaking = [issuer for issuer in enabled if issuer.audience_claim is not None]
        if not speaking:
            raise InvalidRequest(Reason.MALFORMED_CLAIMS, "aud")
        owners = [issuer for issuer in speaking if _named_by(issuer, claims) in self._expected(issuer)]
        if not owners:
            raise _wrong_audience(f"the claim {_claims_of(speaking)} in place of aud", speaking)
        return _only(owners)

    def _expected(self, issuer: Issuer) -> frozenset[str]:
        return frozenset(issuer.audiences or (self._own_issuer,))

    def _enabled(self, claims: Claims) -> list[Issuer]:
        iss, trust_domain = _named(claims)
        index = self._current_index()
        known = index.by_iss.get(iss or "", []) + index.by_trust_domain.get(trust_domain or "", [])
        enabled = [issuer for issuer in known if issuer.enabled]
        if not enabled:
            named = f"trust domain {_cut(trust_domain or '')}" if iss is None else f"iss {_cut(iss)}"
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "disabled" if known else f"{named} is unknown")
        return enabled

    def _current_index(self) -> "_Index":
        issuers = self._directory.issuers()
        built_from, index = self._index
        if built_from is not issuers:
            index = _Index(
                by_iss=_by_name(issuer for issuer in issuers if issuer.provider != SPIFFE),
                by_trust_domain=_by_name(issuer for issuer in issuers if issuer.provider == SPIFFE),
            )
            self._index = (issuers, index)
        return index


def _cut(text: str) -> str:
    """What an unverified token says, for the audit record alone."""
    return repr(text[:MAX_SHOWN])


def _by_name(issuers: Iterable[Issuer]) -> ReadOnly[str, list[Issuer]]:
    by_name: defaultdict[str, list[Issuer]] = defaultdict(list)
    for issuer in issuers:
        if not issuer.keys.certificates:
            by_name[issuer.issuer].append(issuer)
    return dict(by_name)


def _named(claims: Claims) -> tuple[str | None, str | None]:
    """The `iss` and the trust domain that the claims name; raises InvalidRequest where they name neither."""
    iss, trust_domain = claims.get("iss"), trust_domain_of(claims.get("sub"))
    if not isinstance(iss, str) and ("iss" in claims or trust_domain is None):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iss")
    return iss if isinstance(iss, str) else None, trust_domain


def _audiences(aud: Json) -> tuple[str, ...]:
    audiences = aud if isinstance(aud, list) else [aud]
    texts = tuple(audience for audience in audiences if isinstance(audience, str) and audience)
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
    issuers = " ".join(sorted(issuer.id for issuer in expecting))
    return InvalidRequest(Reason.WRONG_AUDIENCE, f"{what} is not what issuer {issuers} expects")
