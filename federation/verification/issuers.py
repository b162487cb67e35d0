"""Whom we believe: the trusted issuer that a token's (iss, aud) names, exactly (ATTACKS C1-C7, C12).

A JWT-SVID need not have an `iss`: the trust domain of its `sub` names who may speak for it (ATTACKS D20-D21).
"""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from federation.model.json import Claims
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
        audience = _only_audience(claims.get("aud"))
        matching = [issuer for issuer in enabled if audience in (issuer.audiences or (self._own_issuer,))]
        if not matching:
            issuers = " ".join(sorted(issuer.id for issuer in enabled))
            raise InvalidRequest(Reason.WRONG_AUDIENCE, f"aud {_cut(audience)} is not what issuer {issuers} expects")
        if len(matching) > 1:
            raise InvalidRequest(Reason.AMBIGUOUS_ISSUER, " ".join(sorted(issuer.id for issuer in matching)))
        return matching[0]

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


def _only_audience(aud: object) -> str:
    """A token for several parties is refused: any of them could present it here (ATTACKS C6)."""
    audiences = aud if isinstance(aud, list) else [aud]
    if not audiences or not all(isinstance(audience, str) and audience for audience in audiences):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "aud")
    if len(audiences) > 1:
        raise InvalidRequest(Reason.WRONG_AUDIENCE, "several audiences")
    return str(audiences[0])
