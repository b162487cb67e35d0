"""The layout of the trust table, keys `pk` and `sk`.

What a document says, and its version:

    pk = ("document", kind, shard)           sk = id           version, body, enabled, since, lives,
                                                               filed_under, indexes,
                                                               change | deleted, change

What it said before is in the audit table (`federation.aws.trust_history`).

Where an enabled mapping is found, a copy for each: under a claim that it pins, all that pin the same value in one item,

    pk = ("bucket", issuer, claim, value)    sk = "bucket"     m#<mapping id> = {"version": ..., "body": ...}

or, if it pins no claim that its provider names, among its issuer's patterns:

    pk = ("patterns", issuer)                sk = mapping id   version, body

Where policies, issuers and audiences are found by what a request says (`federation.aws.places`):

    pk = ("filed", kind, layout, *place)     sk = "filed"      m#<id> = ..., members

Whether they lie there is said by the count of all writes, in `filed`: if that is another number than its `version`, a
release that does not file them has written, and every document is read instead.

Which documents of a kind name a document, enabled or not; which policies, issuers and clients a tenant has; which
enabled mappings grant anything at the admin API; which wait for a second admin:

    pk = ("naming", kind, id, their kind)    sk = their id
    pk = ("naming", "Tenant", tenant, kind)  sk = id
    pk = ("grants", "federation-admin")      sk = mapping id
    pk = ("pending", "Mapping")              sk = mapping id
"""

import json
from collections.abc import Mapping as ReadOnly
from functools import lru_cache
from hashlib import sha256
from typing import Any

from msgspec import Struct, to_builtins

from federation.aws.formats import check_format
from federation.aws.items import Item, Key, item_key
from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.history import Change
from federation.model.trust import DocumentRef, Kind, Lives, Selector

MAPPING_SHARDS = 16
SHARDED = frozenset({Kind.MAPPING, Kind.CLIENT})
"""Kinds of which there may be so many that one partition could not take the writes."""
_COUNTS = frozenset({Kind.POLICY_SET, Kind.TRUST_REVISION})
ONLY_SHARD = "0"
BUCKET = "bucket"
FILED = "filed"
MEMBER = "m#"


class Filing(Struct, frozen=True):
    """Where an enabled mapping is found: in a bucket, or among the issuer's patterns for None."""

    issuer: str
    selector: Selector | None

    @property
    def text(self) -> str:
        """As it is kept with the document."""
        return json.dumps([self.issuer, *(self.selector or ())])

    def key(self, mapping: str) -> Key:
        """The item that holds the mapping's copy."""
        if self.selector is None:
            return {"pk": {"S": patterns_partition(self.issuer)}, "sk": {"S": mapping}}
        return bucket_key(self.issuer, self.selector)


def document_key(ref: DocumentRef) -> Key:
    """The item that is the document."""
    return {"pk": {"S": document_pk(ref)}, "sk": {"S": ref.id}}


@lru_cache(maxsize=4096)
def document_pk(ref: DocumentRef) -> str:
    """The partition in which the document lies."""
    return document_partition(ref.kind, shard_of(ref))


def document_partition(kind: Kind, shard: str = ONLY_SHARD) -> str:
    """What may be many is spread; of every other kind one Query finds all."""
    return item_key("document", kind, shard)


def shards(kind: Kind) -> tuple[str, ...]:
    """Where documents of the kind lie, in an order that never changes."""
    return tuple(map(str, range(MAPPING_SHARDS))) if kind in SHARDED else (ONLY_SHARD,)


def naming_partition(ref: DocumentRef, kind: Kind) -> str:
    """The partition of the ids of documents of that kind that name `ref`."""
    return item_key("naming", ref.kind, ref.id, kind)


def owned_partition(kind: Kind, tenant: str | None) -> str:
    """The partition of the ids of documents of that kind that the tenant has, None: of the shared ones."""
    return item_key("naming", "Tenant", *(() if tenant is None else (tenant,)), kind)


def admin_partition() -> str:
    """The partition of the ids of mappings that grant anything at the admin API."""
    return item_key("grants", ADMIN_AUDIENCE)


def pending_partition() -> str:
    """The partition of the ids of mappings that wait for a second admin."""
    return item_key("pending", Kind.MAPPING)


def bucket_key(issuer: str, selector: Selector) -> Key:
    """The item that holds every mapping of the issuer which pins this claim to this value."""
    return {"pk": {"S": item_key(BUCKET, issuer, *selector)}, "sk": {"S": BUCKET}}


def filed_key(layout: str, place: tuple[str, ...]) -> Key:
    """The item of that place. What kind of place it is comes first: roles are told apart by that."""
    kind, *where = place
    return {"pk": {"S": item_key(FILED, kind, layout, *where)}, "sk": {"S": FILED}}


def members_of(item: Item | None) -> dict[str, str]:
    """Document id -> what is kept of it."""
    found = (item or {}).items()
    return {name.removeprefix(MEMBER): value["S"] for name, value in found if name.startswith(MEMBER)}


def number_in(item: Item | None) -> int:
    """How many documents are counted at the place."""
    return int(item["members"]["N"]) if item and "members" in item else 0


def patterns_partition(issuer: str) -> str:
    """The partition of the issuer's mappings that pin no selector."""
    return item_key("patterns", issuer)


def version_of(item: Item | None) -> int:
    """0: never written."""
    return int(item["version"]["N"]) if item else 0


def is_deleted(item: ReadOnly[str, Any]) -> bool:
    """Whether only the version is left of the document."""
    return "deleted" in item


def since_of(item: Item | None) -> int | None:
    """The version with which the document began; None: there is none, or it was deleted."""
    return None if item is None or is_deleted(item) else int(item.get("since", {"N": "1"})["N"])


def filing_of(item: Item | None) -> Filing | None:
    """Where the document's copy lies; None: nowhere."""
    if item is None or "filed_under" not in item:
        return None
    issuer, *selector = json.loads(item["filed_under"]["S"])
    return Filing(issuer, Selector(*selector) if selector else None)


def stored_document(kind: Kind, id_: str, item: Item) -> StoredDocument:
    """The document in an item with `version` and `body`; raises CorruptDocument."""
    try:
        check_format(item)
        body, change = _body(item["body"]["S"]), _change(item)
        lives = read_lives(item["lives"]["S"]) if "lives" in item else {}
        return StoredDocument(kind, id_, version_of(item), body, since_of(item) or 1, change, lives)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise CorruptDocument(f"{kind} {id_}: {error!r}") from error


def lives_text(lives: Lives) -> str:
    """As they are kept with the document."""
    return json.dumps([[ref.kind, ref.id, since] for ref, since in lives.items()])


def read_lives(text: str) -> Lives:
    """What `lives_text` wrote; raises TypeError or ValueError."""
    return {DocumentRef(Kind(kind), str(id_)): int(since) for kind, id_, since in json.loads(text)}


def change_attribute(change: Change) -> Item:
    """As it is kept with a version."""
    return {"change": {"S": json.dumps(to_builtins(change))}}


def bucket_member(id_: str, text: str) -> StoredDocument:
    """A mapping's copy in a bucket; raises CorruptDocument."""
    try:
        member = json.loads(text)
        lives = read_lives(member.get("lives", "[]"))
        return StoredDocument(Kind.MAPPING, id_, int(member["version"]), _object(member["body"]), lives=lives)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise CorruptDocument(f"{Kind.MAPPING} {id_} in its bucket: {error!r}") from error


def shard_of(ref: DocumentRef) -> str:
    """The one of `shards` in which the document lies. Counts of one tenant's or issuer's are spread as well."""
    if ref.kind not in SHARDED and not (ref.kind in _COUNTS and "/" in ref.id):
        return ONLY_SHARD
    return str(sha256(ref.id.encode()).digest()[0] % MAPPING_SHARDS)


def _change(item: Item) -> Change | None:
    if "change" not in item:
        return None
    members = _object(json.loads(item["change"]["S"]))
    several = {name: tuple(members.get(name, ())) for name in ("actors", "subjects")}
    return Change(**{**members, **several})


def _body(text: str) -> dict[str, Any]:
    return _object(json.loads(text))


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a document is an object")
    return value
