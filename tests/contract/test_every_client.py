"""All registered clients at once, on the adapter alone: who asks for a token is looked up by name."""

from federation.aws.filing_writer import filing_writer
from federation.aws.service import DynamoDb
from federation.aws.trust_reader import DynamoTrustReader
from federation.model.documents import CorruptDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind
from tests.support.contract import Engine
from tests.support.trust_documents import SOMEBODY, write

BODY: JsonObject = {
    "auth": {"method": "aws_iam", "role": "arn:aws:iam::123456789012:role/gateway"},
    "audiences": ["risk-engine"],
    "scopes": ["risk:read"],
}


def test_they_are_found_in_every_shard_but_for_deleted_and_corrupt_ones(dynamodb: DynamoDb, engine: Engine) -> None:
    tables, corrupt = engine.tables(), list[CorruptDocument]()
    table = tables["FEDERATION_TRUST_TABLE"]
    writer = filing_writer(dynamodb, table, tables["FEDERATION_AUDIT_TABLE"])
    reader = DynamoTrustReader(dynamodb, table, corrupt.append)
    names = {f"client-{number}" for number in range(40)}
    versions = {name: write(writer, DocumentRef(Kind.CLIENT, name), BODY) for name in names}
    write(writer, DocumentRef(Kind.CLIENT, "client-1"), {**BODY, "enabled": False})
    write(writer, DocumentRef(Kind.CLIENT, "broken"), {**BODY, "auth": {"method": "client_secret_basic"}})
    writer.delete(DocumentRef(Kind.CLIENT, "client-0"), versions["client-0"], SOMEBODY)
    found = {client.id: client.enabled for client in reader.clients()}
    assert found == {name: name != "client-1" for name in names - {"client-0"}}
    assert len(corrupt) == 1
