"""What an issuer is looked for by, and a directory of issuers that are all at hand."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from federation.later import module_later
from federation.model.names import IssuerName, NamedIds, NamedIssuers
from federation.model.trust import Issuer
from federation.verification.spiffe_id import SPIFFE

if TYPE_CHECKING:
    from federation.verification.x509 import candidates
else:
    candidates = module_later("federation.verification.x509.candidates")


def names_of(issuer: Issuer) -> frozenset[IssuerName]:
    """Every name under which something that is presented may mean it; disabled, it has none."""
    if not issuer.enabled:
        return frozenset()
    if issuer.provider == SPIFFE or issuer.keys.certificates:
        return candidates.certificate_names(issuer)
    hows: tuple[Literal["token", "claim"], ...] = ("token",) if issuer.audience_claim is None else ("token", "claim")
    tokens = (IssuerName(how, issuer.issuer, one) for how in hows for one in issuer.audiences or ("",))
    return frozenset((*tokens, *_of_events(issuer)))


def _of_events(issuer: Issuer) -> Iterator[IssuerName]:
    if issuer.events is not None and not issuer.keys.caller_identity:
        yield IssuerName("events", issuer.issuer, issuer.events.audience or "")


class KnownIssuers:
    """Issuers by their ids and names."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        every = tuple(issuers)
        self._by_id = {issuer.id: issuer for issuer in every}
        self._by_name: defaultdict[IssuerName, list[Issuer]] = defaultdict(list)
        self._iss: Counter[tuple[str, str]] = Counter()
        for issuer in every:
            names = names_of(replace(issuer, enabled=True))
            for name in names:
                self._by_name[name].append(issuer)
            self._iss.update({(name.how, name.value) for name in names if issuer.enabled})

    def issuer(self, id_: str) -> Issuer | None:
        """Disabled ones included."""
        return self._by_id.get(id_)

    def issuer_ids(self, names: Sequence[IssuerName]) -> NamedIds:
        """Of enabled ones."""
        ids = (one.id for one in self._named(names) if one.enabled)
        iss = {one.value for one in names if one.how in ("token", "claim")}
        of_iss, speaking = (sum(self._iss[how, one] for one in iss) for how in ("token", "claim"))
        return NamedIds(tuple(ids), of_iss, speaking)

    def issuers_named(self, names: Sequence[IssuerName]) -> NamedIssuers:
        """Disabled ones included."""
        ids = self.issuer_ids(names)
        return NamedIssuers(self._named(names), others=bool(ids.of_iss), speaking=bool(ids.speaking))

    def _named(self, names: Sequence[IssuerName]) -> tuple[Issuer, ...]:
        found = (one for name in names for one in self._by_name.get(name, ()))
        distinct = {id(one): one for one in found}
        return tuple(sorted(distinct.values(), key=lambda one: one.id))
