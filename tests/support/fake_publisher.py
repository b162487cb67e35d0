"""Public documents in memory."""

from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import PublishedDocument


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

    def _reach(self) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "publisher")
