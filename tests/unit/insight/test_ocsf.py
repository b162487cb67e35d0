"""The trail as OCSF: valid by the schema as it was published, and with what an analyst asks for in its place."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, validator_for
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from federation.insight.ocsf import SCHEMA, ocsf_event
from tests.support.trail_records import APPROVED, CHANGED, DISCARDED, EVERY, PUSHED, REFUSED, REVOKED, TOKEN, Record

CLASSES = {3002: "authentication", 6003: "api_activity"}


@cache
def published(class_uid: int) -> Any:  # noqa: ANN401 (a validator of any draft)
    schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=SCHEMA))
    return validator_for(schemas.get_class_schema(CLASSES[class_uid]))


def problems(event: Record) -> list[str]:
    return [f"{error.instance_path}: {error.message}" for error in published(event["class_uid"]).iter_errors(event)]


@pytest.mark.parametrize("record", EVERY, ids=lambda record: record["outcome"])
def test_every_kind_of_record_is_a_valid_event(record: Record) -> None:
    assert problems(ocsf_event(record)) == []


def test_the_published_schema_refuses_what_is_no_event() -> None:
    assert problems({**ocsf_event(TOKEN), "activity_id": 1234})
    assert problems({"class_uid": 3002})


@given(st.sampled_from(EVERY), st.sets(st.sampled_from(sorted({name for one in EVERY for name in one} - {"outcome"}))))
@settings(max_examples=60, deadline=None)
def test_whatever_a_record_lacks_its_event_is_valid(record: Record, gone: set[str]) -> None:
    assert problems(ocsf_event({name: value for name, value in record.items() if name not in gone})) == []


def test_an_exchange_is_a_logon_of_whom_the_token_is_about() -> None:
    event = ocsf_event(TOKEN)
    assert (event["class_uid"], event["type_uid"], event["status_id"]) == (3002, 300201, 1)
    assert event["time"] == 1_796_025_600_123
    assert (event["user"]["uid"], event["user"]["uid_alt"]) == ("user/acme/ann", "=cmd|calc")
    assert (event["actor"]["user"]["uid"], event["actor"]["app_uid"]) == ("agent/planner", "acme-gateway")
    assert (event["service"]["name"], event["src_endpoint"]["ip"]) == ("payments", "203.0.113.9")
    assert event["session"]["uid"] == event["metadata"]["uid"] == "t-1"
    assert (event["metadata"]["correlation_uid"], event["metadata"]["tenant_uid"]) == ("c-1", "acme")
    assert event["unmapped"]["scope"] == ["pay"]


def test_a_refusal_is_a_failed_one_with_its_reason() -> None:
    event = ocsf_event(REFUSED)
    assert (event["status_id"], event["status_code"], event["status_detail"]) == (
        2,
        "invalid_scope",
        "scope_not_granted",
    )
    assert "session" not in event
    assert ocsf_event(DISCARDED)["status_detail"] == "trust_changed"


@pytest.mark.parametrize(
    ("record", "doer", "resource"),
    [
        (CHANGED, "admin/alice", {"type": "Mapping", "uid": "acme-people", "version": "4"}),
        (REVOKED, "admin/alice", {"type": "principal", "uid": "user/acme/ann"}),
        (APPROVED, "user/acme/boss", {"type": "approval", "uid": "a-1"}),
        (PUSHED, "acme", None),
    ],
)
def test_what_admins_do_is_api_activity(record: Record, doer: str, resource: Record | None) -> None:
    event = ocsf_event(record)
    assert (event["class_uid"], event["actor"]["user"]["uid"]) == (6003, doer)
    assert event.get("resources") == ([resource] if resource else None)


def test_claims_and_documents_stay_behind() -> None:
    """Who needs them asks the bridge by the event's `metadata.uid`."""
    assert "ann@acme.example" not in str(ocsf_event(TOKEN))
    assert "document" not in ocsf_event({**CHANGED, "document": {"cedar": "x"}})["unmapped"]


def test_the_draft_is_the_one_that_the_schema_names() -> None:
    assert isinstance(published(3002), Draft202012Validator)
