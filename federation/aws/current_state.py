"""CurrentState on the trust table and the state table."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from itertools import chain

from federation.aws.items import Asked, Item, Key, Pause, full_jitter, start_getting
from federation.aws.revocations import revocation_item_keys, strictest
from federation.aws.risk_scores import risk_item_key, score_in
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key, document_pk, is_deleted, stored_document, version_of
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.revocation import Revocation, RevocationKey
from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import DocumentRef
from federation.ports import Clock, CurrentVersions, CurrentVersionsQuery

_VERSION_ONLY = {"ProjectionExpression": "pk, sk, version, deleted", "ConsistentRead": True}
_WHOLE = {"ConsistentRead": True}


class DynamoCurrentState:
    """Asks DynamoDB's leader, never a replica that may lag (ATTACKS F11)."""

    def __init__(
        self, dynamodb: DynamoDb, trust_table: str, state_table: str, clock: Clock, pause: Pause = full_jitter
    ) -> None:
        self._dynamodb = dynamodb
        self._trust_table = trust_table
        self._state_table = state_table
        self._clock = clock
        self._pause = pause

    def standing(self, question: CurrentVersionsQuery) -> CurrentVersions:
        """One strongly consistent BatchGetItem over both tables; none where nothing is asked."""
        return self.start_standing(question)()

    def start_standing(self, question: CurrentVersionsQuery) -> Callable[[], CurrentVersions]:
        """The same, on its way when this returns."""
        keys = [document_key(ref) for ref in question.documents | question.whole]
        documents = Asked(self._trust_table, keys, _WHOLE if question.whole else _VERSION_ONLY)
        state = Asked(self._state_table, _state_keys(question), _WHOLE)
        found = start_getting(self._dynamodb, [documents, state], self._pause)
        return lambda: self._standing(question, found())

    def _standing(self, question: CurrentVersionsQuery, found: dict[str, list[Item]]) -> CurrentVersions:
        items = {item["pk"]["S"]: item for item in found[self._state_table]}
        return CurrentVersions(
            _versions(question.documents, found[self._trust_table]),
            self._revocations(question.revocations, items),
            _risks(question.risks, items),
            tuple(_documents(question.whole, found[self._trust_table])),
        )

    def _revocations(self, keys: Collection[RevocationKey], items: dict[str, Item]) -> dict[RevocationKey, Revocation]:
        """DynamoDB takes days to delete what has expired."""
        found = ((key, strictest(key, items)) for key in keys)
        now = int(self._clock.now())
        return {key: one for key, one in found if one is not None and one.expires_at >= now}


def _state_keys(question: CurrentVersionsQuery) -> list[Key]:
    revoked = chain.from_iterable(map(revocation_item_keys, question.revocations))
    return [*revoked, *map(risk_item_key, question.risks)]


def _versions(refs: Collection[DocumentRef], items: list[Item]) -> dict[DocumentRef, int]:
    found = {(_pk(item), item["sk"]["S"]): version_of(item) for item in items if not is_deleted(item)}
    names = {ref: (document_pk(ref), ref.id) for ref in refs}
    return {ref: found[name] for ref, name in names.items() if name in found}


def _documents(refs: Collection[DocumentRef], items: list[Item]) -> Iterator[StoredDocument]:
    """One that cannot be read is as good as none."""
    found = {(_pk(item), item["sk"]["S"]): item for item in items if not is_deleted(item)}
    for ref in refs:
        key = document_key(ref)
        if item := found.get((_pk(key), key["sk"]["S"])):
            with suppress(CorruptDocument):
                yield stored_document(ref.kind, ref.id, item)


def _risks(keys: Collection[RiskKey], items: dict[str, Item]) -> dict[RiskKey, RiskScore]:
    asked = {key: items.get(_pk(risk_item_key(key))) for key in keys}
    return {key: score_in(item) for key, item in asked.items() if item is not None}


def _pk(key: Key) -> str:
    return str(key["pk"]["S"])
