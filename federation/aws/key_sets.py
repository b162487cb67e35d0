"""KeySets: our signing keys as one more versioned document, so that CurrentState covers them as well."""

from dataclasses import asdict
from typing import Any

from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.json import JsonObject
from federation.model.keys import KeySet, KeyState, SigningKey
from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import ServerError
from federation.oauth.reasons import Reason
from federation.ports import TrustWriter

SIGNING_KEYS = DocumentRef(Kind.KEY_SET, "signing")


class DocumentKeySets:
    """On any TrustWriter."""

    def __init__(self, trust: TrustWriter) -> None:
        self._trust = trust

    def load(self) -> KeySet | None:
        """None: no key was ever made. Raises ServerError for a corrupt document: there is no guessing at keys."""
        try:
            document = self._trust.get(SIGNING_KEYS)
            return None if document is None else _decode(document)
        except CorruptDocument as error:
            raise ServerError(Reason.INTERNAL_ERROR, str(error)) from error

    def save(self, keys: KeySet) -> None:
        """Raises VersionConflict."""
        self._trust.put(StoredDocument(*SIGNING_KEYS, keys.version, _encode(keys)), None, None)


def _encode(keys: KeySet) -> JsonObject:
    return {"keys": [asdict(key) for key in keys.keys]}


def _decode(document: StoredDocument) -> KeySet:
    body: Any = document.body
    try:
        return KeySet(tuple(_key(key) for key in body["keys"]), document.version)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorruptDocument(f"{document.kind} {document.id} version {document.version}: {error!r}") from error


def _key(key: dict[str, Any]) -> SigningKey:
    return SigningKey(**{**key, "state": KeyState(key["state"])})
