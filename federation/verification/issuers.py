"""Whom we believe: the trusted issuer that a token's (iss, aud) names, exactly (ATTACKS C1-C7, C12)."""

from collections import defaultdict
from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.ports import IssuerDirectory

MAX_SHOWN = 128
"""Characters of an unverified claim that the audit record keeps."""


class TrustedIssuers:
    """Selects by string comparison alone: nothing is normalised, and nothing is fetched for a stranger."""

    def __init__(self, directory: IssuerDirectory, own_issuer: str) -> None:
        """`own_issuer`: our URL, the audience of issuers whose document names none."""
        self._directory = directory
        self._own_issuer = own_issuer
        self._index: tuple[tuple[Issuer, ...], ReadOnly[str, list[Issuer]]] = ((), {})

    def select(self, claims: Claims) -> Issuer:
        """The one enabled issuer that a token with these claims is from; raises InvalidRequest."""
        enabled = self._enabled(claims.get("iss"))
        audience = _only_audience(claims.get("aud"))
        matching = [issuer for issuer in enabled if audience in (issuer.audiences or (self._own_issuer,))]
        if not matching:
            issuers = " ".join(sorted(issuer.id for issuer in enabled))
            raise InvalidRequest(Reason.WRONG_AUDIENCE, f"aud {_cut(audience)} is not what issuer {issuers} expects")
        if len(matching) > 1:
            raise InvalidRequest(Reason.AMBIGUOUS_ISSUER, " ".join(sorted(issuer.id for issuer in matching)))
        return matching[0]

    def _enabled(self, iss: object) -> list[Issuer]:
        if not isinstance(iss, str):
            raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iss")
        known = self._by_issuer().get(iss, [])
        enabled = [issuer for issuer in known if issuer.enabled]
        if not enabled:
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "disabled" if known else f"iss {_cut(iss)} is unknown")
        return enabled

    def _by_issuer(self) -> ReadOnly[str, list[Issuer]]:
        issuers = self._directory.issuers()
        built_from, by_issuer = self._index
        if built_from is not issuers:
            by_issuer = _index(issuers)
            self._index = (issuers, by_issuer)
        return by_issuer


def _cut(text: str) -> str:
    """What an unverified token says, for the audit record alone."""
    return repr(text[:MAX_SHOWN])


def _index(issuers: tuple[Issuer, ...]) -> ReadOnly[str, list[Issuer]]:
    by_issuer: defaultdict[str, list[Issuer]] = defaultdict(list)
    for issuer in issuers:
        by_issuer[issuer.issuer].append(issuer)
    return dict(by_issuer)


def _only_audience(aud: object) -> str:
    """A token for several parties is refused: any of them could present it here (ATTACKS C6)."""
    audiences = aud if isinstance(aud, list) else [aud]
    if not audiences or not all(isinstance(audience, str) and audience for audience in audiences):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "aud")
    if len(audiences) > 1:
        raise InvalidRequest(Reason.WRONG_AUDIENCE, "several audiences")
    return str(audiences[0])
