"""What a write will do to one document."""

from typing import Literal, TypeAlias

from msgspec import Struct, field

from federation.model.confirmation import as_written, confirmed_issuer, is_pending
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, DocumentVersion, Lives, Selector, is_meant
from federation.ports import DocumentState

Action: TypeAlias = Literal["create", "update", "delete", "unchanged"]


class Planned(Struct, frozen=True):
    """What is to become of a document."""

    ref: DocumentRef
    body: JsonObject | None
    """None: it is to go."""
    state: DocumentState
    """What there is now."""
    filed_under: Selector | None = None
    refile: bool = False
    """Whether it must be written even if it reads the same."""
    issuer: str | None = None
    """URL of the issuer that a mapping is for."""
    lives: Lives = field(default_factory=dict)
    """The documents that it names."""
    rests_on: tuple[DocumentVersion, ...] = ()
    """As which versions they were looked at, 0 for what is not there: the write holds only with these."""

    @property
    def action(self) -> Action:
        """What has to be done."""
        stored = self.state.document
        if self.body is None:
            return "delete" if stored else "unchanged"
        if stored is None:
            return "create"
        return "unchanged" if self._is_in(stored, self.body) else "update"

    @property
    def version(self) -> int:
        """That of the document afterwards."""
        return self.state.version + (self.action != "unchanged")

    @property
    def pending(self) -> bool:
        """Whether a second admin must confirm it afterwards."""
        stored = self.state.document
        body = stored.body if stored and self.action == "unchanged" else self.body
        return body is not None and is_pending(body)

    def _is_in(self, stored: StoredDocument, body: JsonObject) -> bool:
        """Whether the stored version is this already, and confirmed for no other issuer."""
        if self.refile or as_written(stored.body) != body or self._names_others(stored):
            return False
        try:
            return confirmed_issuer(stored.body) in (None, self.issuer)
        except TypeError:  # what nobody can read confirms nothing
            return False

    def _names_others(self, stored: StoredDocument) -> bool:
        """Whether an id that it names was deleted and written anew since, so that the stored version names nobody."""
        return not all(is_meant(stored.lives, ref, since) for ref, since in self.lives.items())
