"""A trust table that counts what a process asks it for and what it hands out, as a bill would."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from federation.model.names import IssuerName, NamedIds
from federation.model.policy import FiledRules, Shelf, Zone
from federation.model.trust import Audience, Client, DocumentRef, Issuer, Mapping, Selector
from tests.support.fake_trust import FakeTrust

_T = TypeVar("_T")


class CountedTrust(FakeTrust):
    """`keys`: that were asked for; `items`: documents, names and rules that came back."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = 0
        self.items = 0

    def issuer(self, id_: str) -> Issuer | None:
        return self._one(super().issuer(id_))

    def issuer_ids(self, names: Sequence[IssuerName]) -> NamedIds:
        found = super().issuer_ids(names)
        self._count_up(len(names), len(found.ids))
        return found

    def audience(self, id_: str) -> Audience | None:
        return self._one(super().audience(id_))

    def audience_ids(self, resource: str) -> NamedIds:
        found = super().audience_ids(resource)
        self._count_up(1, len(found.ids))
        return found

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        return self._several(len(selectors), super().exact(issuer, selectors))

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        return self._several(1, super().patterns(issuer))

    def mapping(self, id_: str) -> Mapping | None:
        return self._one(super().mapping(id_))

    def client(self, id_: str) -> Client | None:
        return self._one(super().client(id_))

    def versions(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, int]:
        found = super().versions(refs)
        self._count_up(len(refs), len(found))
        return found

    def shelves(self, wanted: Collection[Shelf]) -> dict[Shelf, FiledRules]:
        found = super().shelves(wanted)
        self._count_up(
            len(wanted), sum(len(rules) for filed in found.values() for rules in filed.by_principal.values())
        )
        return found

    def zones(self) -> tuple[Zone, ...]:
        return self._several(1, super().zones())

    def _one(self, found: _T | None) -> _T | None:
        self._count_up(1, found is not None)
        return found

    def _several(self, asked: int, found: tuple[_T, ...]) -> tuple[_T, ...]:
        self._count_up(asked, len(found))
        return found

    def _count_up(self, keys: int, items: int) -> None:
        self.keys += keys
        self.items += items
