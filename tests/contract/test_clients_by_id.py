"""ClientsById: a registered caller by its client_id."""

from typing import Any

from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind
from tests.support.contract import Trust
from tests.support.trust_documents import SOMEBODY, write

GATEWAY = DocumentRef(Kind.CLIENT, "gateway")


def body(**changes: Any) -> JsonObject:  # noqa: ANN401  (any JSON)
    auth = {"method": "aws_iam", "role": "arn:aws:iam::123456789012:role/gateway"}
    return {"auth": auth, "audiences": ["risk-engine"], "scopes": ["risk:read"], **changes}


def test_a_client_is_found_by_its_id(trust: Trust) -> None:
    version = write(trust.writer, GATEWAY, body(grants=["client-credentials"], sender_constraint="dpop"))
    found = trust.clients.client("gateway")
    assert found is not None
    assert (found.id, found.version, found.auth.method) == ("gateway", version, "aws_iam")
    assert (found.grants, found.sender_constraint) == (("client-credentials",), "dpop")
    assert trust.clients.client("gatewa") is None


def test_the_current_version_is_read(trust: Trust) -> None:
    write(trust.writer, GATEWAY, body())
    write(trust.writer, GATEWAY, body(scopes=["risk:write"]))
    found = trust.clients.client("gateway")
    assert found is not None
    assert (found.scopes, found.version) == (("risk:write",), 2)


def test_L9_a_disabled_one_says_so(trust: Trust) -> None:
    write(trust.writer, GATEWAY, body(enabled=False))
    found = trust.clients.client("gateway")
    assert found is not None
    assert not found.enabled


def test_L9_a_deleted_one_is_none(trust: Trust) -> None:
    version = write(trust.writer, GATEWAY, body())
    trust.writer.delete(GATEWAY, version, SOMEBODY)
    assert trust.clients.client("gateway") is None


def test_a_corrupt_one_is_reported_and_none(trust: Trust) -> None:
    write(trust.writer, GATEWAY, body(auth={"method": "client_secret_basic"}))
    assert trust.clients.client("gateway") is None
    assert len(trust.corrupt) == 1


def test_another_document_of_that_name_is_no_client(trust: Trust) -> None:
    write(trust.writer, DocumentRef(Kind.AUDIENCE, "gateway"), {"scopes": ["a"]})
    assert trust.clients.client("gateway") is None
