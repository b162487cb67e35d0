"""What signals remember, and who is told of them."""

from collections.abc import Collection
from collections.abc import Mapping as ReadOnly
from typing import Protocol

from federation.model.signals import Signal, SignalPage, SignalSearch, StoredMemory, Watched


class SignalMemories(Protocol):
    """The histories of identities."""

    def load(self, whose: Collection[Watched]) -> ReadOnly[Watched, StoredMemory]:
        """Those that there are, by a strongly consistent read."""
        ...

    def store(self, memories: ReadOnly[Watched, StoredMemory]) -> frozenset[Watched]:
        """Write each if its predecessor (version - 1) is there; those where another writer was first."""
        ...


class SignalRecords(Protocol):
    """The signals themselves."""

    def put(self, signal: Signal) -> bool:
        """Durable when it returns; whether people were told of it before. A higher score under its id stays."""
        ...

    def rung(self, id_: str) -> None:
        """People were told."""
        ...

    def page(self, search: SignalSearch, after: str | None, limit: int) -> SignalPage:
        """The newest first; one of this moment may be missing. Raises ValueError for an `after` that is none."""
        ...


class SignalNotice(Protocol):
    """Who tells people."""

    def rang(self, signal: Signal) -> None:
        """Told, at least once, when it returns."""
        ...
