"""What a dangerous document is on the token path."""

import pytest

from federation.model.documents import CorruptDocument, StoredDocument, decode_audience, decode_issuer, decode_mapping
from federation.model.json import Json
from federation.model.trust import Kind
from tests.support.document_vectors import base

CONFIRMED: Json = {"version": 1, "issuer": "https://idp.example.com", "request": "r", "reason": "why", "time": "now"}


def stored(kind: Kind, **changes: Json) -> StoredDocument:
    return StoredDocument(kind, "x", 1, base(kind.lower(), **changes))


def test_a_document_of_any_kind_that_waits_for_confirmation_is_as_if_it_were_switched_off() -> None:
    assert not decode_issuer(stored(Kind.ISSUER, dangerous=True)).enabled
    assert not decode_mapping(stored(Kind.MAPPING, dangerous=True)).enabled
    assert not decode_audience(stored(Kind.AUDIENCE, dangerous=True)).enabled


def test_a_confirmed_mapping_knows_for_which_issuer() -> None:
    mapping = decode_mapping(stored(Kind.MAPPING, dangerous=True, confirmation=CONFIRMED))
    assert (mapping.enabled, mapping.confirmed_for) == (True, "https://idp.example.com")


def test_a_mapping_that_is_not_dangerous_needs_no_confirmation_and_ignores_one() -> None:
    for changes in ({}, {"dangerous": False}, {"confirmation": CONFIRMED}):
        mapping = decode_mapping(stored(Kind.MAPPING, **changes))
        assert (mapping.enabled, mapping.confirmed_for) == (True, None)


@pytest.mark.parametrize("dangerous", ["true", 1, None, "no", []])
def test_what_is_neither_dangerous_nor_not_is_taken_for_dangerous(dangerous: Json) -> None:
    assert not decode_mapping(stored(Kind.MAPPING, dangerous=dangerous)).enabled


@pytest.mark.parametrize("confirmation", [True, "yes", None, {}, {"issuer": 1}, []])
def test_a_malformed_confirmation_is_a_corrupt_document(confirmation: Json) -> None:
    with pytest.raises(CorruptDocument):
        decode_mapping(stored(Kind.MAPPING, dangerous=True, confirmation=confirmation))


def test_a_confirmation_does_not_switch_on_what_is_switched_off() -> None:
    assert not decode_mapping(stored(Kind.MAPPING, dangerous=True, confirmation=CONFIRMED, enabled=False)).enabled
