"""The demo on a bridge that runs elsewhere: what it writes there for as long as it plays."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from federation.client.admin import AdminApi
from federation.client.credential import Credential
from federation.client.http import Answer
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.demo.elsewhere import AlreadyThere, open_stage_at
from federation.local.demo.stage import EXAMPLES

BRIDGE = "https://federation.example.com"


class Elsewhere:
    """A bridge that plans with `action`, and remembers what it was told."""

    def __init__(self, action: str = "create") -> None:
        self.action = action
        self.told: list[tuple[str, dict[str, Any]]] = []

    def send(
        self,
        url: str,
        method: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float,
    ) -> Answer:
        assert (method, timeout > 0, bool(headers)) == ("POST", True, True)
        asked = json.loads(body or b"{}")
        self.told.append((url.rpartition("/")[2], asked))
        changes = [{"kind": one["kind"], "id": one["id"], "action": self.action} for one in asked["documents"]]
        return Answer(200, {}, json.dumps({"base": 7, "changes": changes}).encode())


def admin_of(bridge: Elsewhere) -> AdminApi:
    return AdminApi(BRIDGE, Credential("token", None, 2_000_000_000, BRIDGE), send=bridge.send)


def test_what_it_writes_is_valid_by_itself_and_goes_when_it_is_over() -> None:
    bridge = Elsewhere()
    with open_stage_at(admin_of(bridge), EXAMPLES):
        _, written = bridge.told[-1]
        assert written["base"] == 7
    validate([SourceDocument("demo", document) for document in written["documents"]], own_issuer=BRIDGE)
    _, ended = bridge.told[-1]
    assert len(ended["deletions"]) == len(written["documents"])


def test_it_writes_nothing_where_something_of_that_name_is() -> None:
    bridge = Elsewhere("update")
    with pytest.raises(AlreadyThere), open_stage_at(admin_of(bridge), EXAMPLES):
        pass
    assert [path for path, _ in bridge.told] == ["plan"]
