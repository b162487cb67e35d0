"""The part of the admin API that writes sets of documents, in a few lines: versions, one revision, one write at a time.

It answers in the admin API's own forms. `stop_after`: how many writes are made before the connection is cut, once.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from federation.admin_api.diff import diff
from tests.support.fake_bridge import Asked, FakeBridge, Reply, problem

PLURALS = {
    "issuers": "Issuer",
    "mappings": "Mapping",
    "audiences": "Audience",
    "clients": "Client",
    "policies": "Policy",
    "zones": "Zone",
}
Document = dict[str, Any]
Name = tuple[str, str]


@dataclass
class StoredTrustApi:
    """What is stored, and how it came about."""

    bridge: FakeBridge
    documents: dict[Name, tuple[int, Document]] = field(default_factory=dict)
    revision: int = 0
    writes: list[Name] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    stop_after: int | None = None
    page: int = 200

    def __post_init__(self) -> None:
        self.bridge.admin("POST", "/plan", self._plan)
        self.bridge.admin("POST", "/apply", self._apply)
        for plural, kind in PLURALS.items():
            self.bridge.admin("GET", f"/{plural}", partial(self._list, kind))

    def put(self, *documents: Document) -> None:
        """As somebody else writes."""
        for document in documents:
            self._write((document["kind"], document["id"]), document)

    def _plan(self, asked: Asked) -> Reply:
        return Reply({"base": self.revision, "changes": self._changes(asked.json), "effects": [], "warnings": []})

    def _apply(self, asked: Asked) -> Reply:
        body = asked.json
        if body["base"] != self.revision:
            return problem(409, "revision_moved", "Trust was changed since this was planned; plan again.")
        self.reasons.append(body["reason"])
        changes = self._changes(body)
        wanted = {(one["kind"], one["id"]): one for one in body["documents"]}
        for change in changes:
            if change["action"] == "unchanged":
                continue
            if self.stop_after == 0:
                self.stop_after = None
                return Reply(status=0)
            self._write((change["kind"], change["id"]), wanted.get((change["kind"], change["id"])))
            self.stop_after = None if self.stop_after is None else self.stop_after - 1
        return Reply({"base": self.revision, "changes": changes, "warnings": []})

    def _list(self, kind: str, asked: Asked) -> Reply:
        limit = min(int(asked.query["limit"]), self.page)
        start = int(asked.query.get("cursor", 0))
        found = sorted((name, one) for name, one in self.documents.items() if name[0] == kind)
        items = [{"document": document, "version": version} for _, (version, document) in found[start : start + limit]]
        following = str(start + limit) if len(found) > start + limit else None
        return Reply({"items": items, "next": following})

    def _changes(self, body: Document) -> list[Document]:
        named = [((one["kind"], one["id"]), one) for one in body["documents"]]
        gone = [((one["kind"], one["id"]), None) for one in body["deletions"]]
        return [self._change(name, wanted) for name, wanted in (*named, *gone)]

    def _change(self, name: Name, wanted: Document | None) -> Document:
        version, before = self.documents.get(name, (0, None))
        action = "unchanged" if before == wanted else "delete" if wanted is None else "update" if before else "create"
        differences = [] if action == "unchanged" else diff(before, wanted)
        after = version + (action != "unchanged")
        told = {"kind": name[0], "id": name[1], "action": action, "version": after}
        return {**told, "pending": bool((wanted or {}).get("dangerous")), "diff": differences}

    def _write(self, name: Name, document: Document | None) -> None:
        version, _ = self.documents.pop(name, (0, None))
        if document is not None:
            self.documents[name] = (version + 1, document)
        self.revision += 1
        self.writes.append(name)
