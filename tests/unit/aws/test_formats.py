"""Functions of two releases on one table: what was written is read, and what cannot be known is never guessed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from federation.aws.approval_items import approval_in, request_in
from federation.aws.formats import FORMAT, NEWEST
from federation.aws.kept_tokens import _decode
from federation.aws.revocations import revocation_in
from federation.aws.risk_scores import score_in
from federation.aws.trust_items import stored_document
from federation.aws.trust_marker import marker_in
from federation.documents.registry import REGISTRY
from federation.model.document_form import FORMS, Form
from federation.model.documents import CorruptDocument, StoredDocument, decode_mapping
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.trust import Kind
from federation.oauth.errors import TemporarilyUnavailable

ITEMS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "formats" / "0.1.0.json").read_text(encoding="utf-8")
)
READERS: dict[str, Callable[[Any], Any]] = {
    "approval request": request_in,
    "approval decision": lambda item: approval_in(item, is_request=False),
    "revocation": revocation_in,
    "kept token": lambda item: _decode("abcd", item),
    "risk score": score_in,
    "mapping": lambda item: decode_mapping(stored_document(Kind.MAPPING, "acme-clerk", item)),
}
WORKER = RevocationKey(RevocationTarget.PRINCIPAL, "user/acme/worker", "acme")
SAYS: dict[str, Callable[[Any], object]] = {
    "approval request": lambda one: one.request.principal == "user/acme/clerk" and one.decided_by is None,
    "approval decision": lambda one: (one.decided_by, one.uses) == ("user/acme/boss", 1),
    "revocation": lambda one: (one.key, one.revoked_at) == (WORKER, 1796040765),
    "kept token": lambda one: one.claims["sub"] == "user/acme/clerk",
    "risk score": lambda one: one.now(1796040765) == 40,
    "mapping": lambda one: (one.principal, one.grants[0].audience) == ("user/acme/clerk", "ledger"),
}


def test_every_item_that_is_kept_has_a_reader() -> None:
    assert ITEMS.keys() == READERS.keys() == SAYS.keys()


@pytest.mark.parametrize("name", ITEMS)
def test_what_0_1_0_wrote_is_read(name: str) -> None:
    assert SAYS[name](READERS[name](ITEMS[name]))


@pytest.mark.parametrize("name", ITEMS)
def test_a_member_more_changes_nothing(name: str) -> None:
    """How a release adds what the others need not know, without a number."""
    assert READERS[name](ITEMS[name] | {"colour": {"S": "blue"}}) == READERS[name](ITEMS[name])


@pytest.mark.parametrize("form", [str(NEWEST + 1), "99", "x"])
@pytest.mark.parametrize("name", ITEMS)
def test_F_an_item_of_a_later_form_is_unavailable_and_never_misread(name: str, form: str) -> None:
    with pytest.raises((TemporarilyUnavailable, CorruptDocument)):
        READERS[name](ITEMS[name] | {FORMAT: {"N": form}})


def test_places_that_a_later_release_filed_are_not_read() -> None:
    """Every document is read instead, until one of this release's writes files them anew."""
    marker = {"version": {"N": "7"}, "filed": {"N": "7"}}
    assert marker_in({**marker, "layout": {"S": "1-abc"}}, "1").layout == "1-abc"
    assert marker_in({**marker, "layout": {"S": "2-abc"}}, "1").layout is None


# Documents say by their members which release they need


@pytest.mark.parametrize("kind", FORMS)
def test_every_member_that_can_be_written_is_known_to_whoever_decides(kind: Kind) -> None:
    """The schema that checks what people write, and the form that readers know, have the same members."""
    schema = REGISTRY[kind].schema.model_json_schema()
    written = _form(schema, schema.get("$defs", {}))
    assert written is not None
    assert FORMS[kind].keys() - {"dangerous", "confirmation"} == written.keys() - {"dangerous"}
    inner = {name: form.keys() for name, form in written.items() if form and name != "examples"}
    assert {name: form.keys() for name, form in FORMS[kind].items() if form} == inner


def _form(schema: Any, parts: Any) -> Form | None:  # noqa: ANN401 (JSON Schema)
    while "$ref" in schema:
        schema = parts[schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array":
        return _form(schema.get("items", {}), parts)
    found: dict[str, Form | None] = {}
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= _form(one, parts) or {}
    found |= {name: _form(one, parts) for name, one in schema.get("properties", {}).items()}
    return found or None


@pytest.mark.parametrize(
    "unknown",
    [
        {"only_on_weekdays": True},
        {"grants": [{"audience": "ledger", "scopes": ["ledger:read"], "not_before": "2027-01-01"}]},
    ],
)
def test_F_a_restriction_that_this_release_does_not_know_is_not_left_out(unknown: dict[str, Any]) -> None:
    body = json.loads(ITEMS["mapping"]["body"]["S"]) | unknown
    with pytest.raises(CorruptDocument, match="a later release wrote"):
        decode_mapping(StoredDocument(Kind.MAPPING, "acme-clerk", 1, body))
