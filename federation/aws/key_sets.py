"""KeySets: our signing keys as one more versioned document, so that CurrentState covers them as well."""

from typing import Any

from msgspec import to_builtins

from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.json import Json, JsonObject
from federation.model.keys import SIGNING_KEYS, FormerKey, KeyChange, KeyEnd, KeySet, KeyState, SigningKey
from federation.oauth.errors import ServerError
from federation.oauth.reasons import Reason
from federation.ports import TrustWriter


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
    body: dict[str, Json] = to_builtins(keys)
    del body["version"]
    return body


def _decode(document: StoredDocument) -> KeySet:
    """What a set of an earlier release lacks has its default."""
    body: Any = document.body
    try:
        return KeySet(
            tuple(_key(key) for key in body["keys"]),
            document.version,
            tuple(_former(key) for key in body.get("former", ())),
            tuple(KeyChange(**change) for change in body.get("changes", ())),
            str(body.get("published", "")),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorruptDocument(f"{document.kind} {document.id} version {document.version}: {error!r}") from error


def _key(key: dict[str, Any]) -> SigningKey:
    return SigningKey(**{**key, "state": KeyState(key["state"])})


def _former(key: dict[str, Any]) -> FormerKey:
    return FormerKey(**{**key, "end": KeyEnd(key["end"])})
