"""P9, P10: no write of trust without a record in the signed archive, and no history that is rewritten unseen."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from federation.audit.trust_change import trust_record_id
from federation.aws.archive_segments import S3Segments
from federation.aws.audit_items import record_key
from federation.aws.clients import boto_dynamodb, dynamodb_client, s3_client
from federation.aws.filing_writer import filing_writer
from federation.aws.trust_history import DynamoHistory
from federation.client.http import Answer
from federation.local.embedded_aws import EmbeddedAws
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import OAuthError
from tests.support.cli_runs import Admin
from tests.support.tenants_laptop import Laptop, tenants_laptop
from tests.support.trust_documents import ISSUER, SOMEBODY, issuer_ref

LOOKS = 600
"""At the archive, a tenth of a second apart: however slow the machine is."""


@pytest.fixture(scope="module")
def laptop() -> Iterator[Laptop]:
    with tenants_laptop() as laptop:
        yield laptop


def backdoor(tenant: str = "acme") -> dict[str, Any]:
    grants = [{"audience": "ledger", "scopes": ["ledger:read"]}]
    return {
        "kind": "Mapping",
        "id": "backdoor",
        "issuer": tenant,
        "match": {"sub": "x"},
        "principal": "user/x",
        "grants": grants,
    }


def recorded(laptop: Laptop, answer: Answer, token: str = "") -> list[dict[str, Any]]:
    path = f"/audit?correlation_id={answer.headers['x-correlation-id']}"
    items: list[dict[str, Any]] = laptop.admin("GET", path, token=token).members["items"]
    return items


def archived(laptop: Laptop, text: str, times: int = 1) -> list[dict[str, Any]]:
    """Lines of the archive that have the text, once there are so many."""
    segments = S3Segments(s3_client(), laptop.local.settings.archive_bucket)
    for _ in range(LOOKS):
        contents = [segments.get(number) or b"" for number in segments.numbers(0, 1000)]
        lines = [line for content in contents for line in content.split(b"\n") if text.encode() in line]
        if len(lines) >= times:
            return [json.loads(line[65:]) for line in lines]
        time.sleep(0.1)
    raise AssertionError(f"{text} was never archived")


def test_P9_every_write_of_trust_is_a_record_before_its_answer_and_is_archived(laptop: Laptop) -> None:
    body, path = backdoor(), "/mappings/backdoor"
    created = laptop.admin("PUT", path, body, headers={"if-none-match": "*"})
    changed = laptop.admin("PUT", path, {**body, "principal": "user/y"}, headers={"if-match": '"1"'})
    deleted = laptop.admin("DELETE", path, headers={"if-match": '"2"'})
    restored = laptop.admin(
        "POST", f"/history{path}/restore", {"version": 1, "reason": "undo"}, headers={"if-none-match": "*"}
    )
    answers = (created, changed, deleted, restored)
    assert [answer.status for answer in answers] == [201, 200, 204, 200]
    records = [one for answer in answers for one in recorded(laptop, answer)]
    assert [(one["outcome"], one["action"], one["version"]) for one in records] == [
        ("trust_changed", "created", 1),
        ("trust_changed", "updated", 2),
        ("trust_changed", "deleted", 3),
        ("trust_changed", "created", 4),
    ]
    assert {(one["kind"], one["id"], one["tenant"]) for one in records} == {("Mapping", "backdoor", "acme")}
    assert records[3]["reason"] == "undo"
    assert records[0]["document_digest"] == records[3]["document_digest"] != records[1]["document_digest"]
    for record in records:
        (happened,) = archived(laptop, record["jti"])
        assert (happened["what"], happened["record"]["changed_by"]) == ("recorded", record["changed_by"])
    (whole,) = laptop.admin("GET", f"/audit?jti={records[1]['jti']}").members["items"]
    assert whole["document"]["principal"] == "user/y"


def test_P9_a_tenants_auditor_sees_the_changes_of_that_tenants_trust_alone(laptop: Laptop) -> None:
    answers = [
        laptop.admin("PUT", "/audiences/own", {"kind": "Audience", "id": "own", "tenant": "globex", "scopes": ["x"]},
                     headers={"if-none-match": "*"}),
        laptop.admin("PUT", "/zones/everybodys", {"kind": "Zone", "id": "everybodys", "cidrs": ["192.0.2.0/24"]},
                     headers={"if-none-match": "*"}),
    ]  # fmt: skip
    assert [answer.status for answer in answers] == [201, 201]
    globex, acme = laptop.as_admin("boss", "globex"), laptop.as_admin("boss", "acme")
    assert [len(recorded(laptop, one, globex)) for one in answers] == [1, 0]
    assert [len(recorded(laptop, one, acme)) for one in answers] == [0, 0]


def test_P9_a_refused_write_leaves_none(laptop: Laptop) -> None:
    refused = laptop.admin("PUT", "/zones/corp", {"kind": "Zone", "id": "corp"}, headers={"if-none-match": "*"})
    assert refused.status == 422
    assert not [one for one in recorded(laptop, refused) if one.get("outcome") == "trust_changed"]


def test_P9_what_cannot_be_recorded_is_not_written() -> None:
    with EmbeddedAws({}) as settings:
        table, dynamodb = settings["FEDERATION_TRUST_TABLE"], boto_dynamodb()
        acme = StoredDocument(*issuer_ref("acme"), 1, ISSUER)
        with pytest.raises(OAuthError):
            filing_writer(dynamodb, table, "nowhere").put(acme, None, SOMEBODY)
        writer = filing_writer(dynamodb, table, settings["FEDERATION_AUDIT_TABLE"])
        assert writer.get(issuer_ref("acme")) is None


def test_P10_history_that_was_rewritten_is_not_believed_and_verify_says_so(laptop: Laptop, tmp_path: Path) -> None:
    auditor = Admin(laptop.local.url, tmp_path)
    (tmp_path / "credential").write_text(laptop.admin_token)
    ref, settings = DocumentRef(Kind.MAPPING, "acme-worker"), laptop.local.settings
    jti = trust_record_id(ref, 1)
    archived(laptop, jti)
    assert auditor.run("audit", "verify").exit_code == 0
    dynamodb, key = dynamodb_client(), record_key(jti)
    item: Any = dynamodb.get_item(TableName=settings.audit_table, Key=key)["Item"]
    item["entry"]["S"] = item["entry"]["S"].replace("user/acme/worker", "user/acme/clerk")
    dynamodb.put_item(TableName=settings.audit_table, Item=item)
    before, after = archived(laptop, jti, 2)
    assert (before["what"], after["what"]) == ("recorded", "changed")
    assert before["record"]["document"]["principal"] == "user/acme/worker"
    told = auditor.run("audit", "verify")
    assert (told.exit_code, jti in told.stdout) == (1, True)
    assert json.loads(auditor.run("audit", "verify", "--json").stdout)["altered"] == [jti]
    history = DynamoHistory(boto_dynamodb(), settings.trust_table, settings.audit_table)
    with pytest.raises(CorruptDocument):
        history.history(ref, None, 5)
    dynamodb.delete_item(TableName=settings.audit_table, Key=key)
    assert archived(laptop, jti, 3)[2]["what"] == "removed"
    with pytest.raises(CorruptDocument):
        history.history(ref, None, 5)
