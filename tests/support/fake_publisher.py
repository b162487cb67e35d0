"""Public documents in memory."""

from hashlib import sha256

from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import PublishedDocument, VersionConflict


class FakePublisher:
    """Keeps what was put; `failing`: cannot be reached."""

    def __init__(self) -> None:
        self.documents: dict[str, PublishedDocument] = {}
        self.failing = False

    def put(self, document: PublishedDocument) -> None:
        self._reach()
        self.documents[document.path] = document

    def get(self, path: str) -> PublishedDocument | None:
        self._reach()
        return self.documents.get(path)

    def tagged(self, path: str) -> tuple[PublishedDocument, str] | None:
        document = self.get(path)
        return None if document is None else (document, _tag(document))

    def replace(self, document: PublishedDocument, tag: str | None) -> None:
        found = self.tagged(document.path)
        if (None if found is None else found[1]) != tag:
            raise VersionConflict(document.path)
        self.put(document)

    def _reach(self) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "publisher")


def _tag(document: PublishedDocument) -> str:
    return sha256(document.body).hexdigest()
