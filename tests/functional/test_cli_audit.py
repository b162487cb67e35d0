"""An auditor at the command line: what happened is archived, whole, and whoever meddles with it is found out."""

import csv
import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import jwt
import pytest
from typer.testing import Result

from federation.aws.archive_segments import S3Segments, segment_key
from federation.aws.clients import dynamodb_client, s3_client
from federation.aws.items import item_key
from federation.resource_server.uses import use_line
from federation.resource_server.verifier import Verifier
from tests.support.archive_rewriting import rewritten
from tests.support.cli_runs import Admin
from tests.support.tenants_laptop import LEDGER, Laptop

LOOKS = 600
"""At the archive, a tenth of a second apart: however slow the machine is."""


def bucket(laptop: Laptop) -> str:
    return laptop.local.settings.archive_bucket


def contents(laptop: Laptop) -> dict[int, bytes]:
    segments = S3Segments(s3_client(), bucket(laptop))
    return {number: segments.get(number) or b"" for number in segments.numbers(0, 1000)}


def issue(laptop: Laptop, subject: str = "worker", scope: str = "ledger:read") -> str:
    answer = laptop.exchange(subject, LEDGER, scope=scope)
    assert answer.status == 200
    claims = jwt.decode(answer.members["access_token"], options={"verify_signature": False})
    return str(claims["jti"])


def segment_with(laptop: Laptop, text: str) -> int:
    """The segment that has it, once it is archived."""
    for _ in range(LOOKS):
        found = [number for number, content in contents(laptop).items() if text.encode() in content]
        if found:
            return found[-1]
        time.sleep(0.1)
    raise AssertionError(f"{text} was never archived")


def write(laptop: Laptop, number: int, content: bytes) -> None:
    """As somebody does who may write to the bucket."""
    s3_client().put_object(Bucket=bucket(laptop), Key=segment_key(number), Body=content)


def answered(result: Result) -> dict[str, object]:
    members: dict[str, object] = json.loads(result.stdout)
    return members


def test_what_was_issued_is_archived_and_whole(laptop: Laptop, auditor: Admin) -> None:
    issued = [issue(laptop, subject) for subject in ("worker", "clerk", "worker")]
    for jti in issued:
        segment_with(laptop, f'"jti":"{jti}"')
    result = auditor.run("audit", "verify")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("whole: ")
    lines = [line for content in contents(laptop).values() for line in content.split(b"\n")]
    assert all(sum(f'"jti":"{jti}"'.encode() in line for line in lines) == 1 for jti in issued)


def test_whoever_edits_an_object_is_found_with_the_place(laptop: Laptop, auditor: Admin) -> None:
    jti = issue(laptop)
    number = segment_with(laptop, f'"jti":"{jti}"')
    before = contents(laptop)[number]
    line = next(place for place, text in enumerate(before.split(b"\n"), 1) if jti.encode() in text)
    write(laptop, number, before.replace(b'"principal":"user/acme/worker"', b'"principal":"user/acme/nobody"', 99))
    try:
        told = auditor.run("audit", "verify")
        found = auditor.run("audit", "verify", "--json")
    finally:
        write(laptop, number, before)
    assert (told.exit_code, told.stdout.startswith(f"broken: segment {number}, line ")) == (1, True)
    fault = answered(found)["fault"]
    assert isinstance(fault, dict)
    assert (fault["segment"], fault["line"] <= line) == (number, True)
    assert auditor.run("audit", "verify").exit_code == 0


def test_new_hashes_do_not_help_whoever_cannot_sign(laptop: Laptop, auditor: Admin) -> None:
    number = segment_with(laptop, f'"jti":"{issue(laptop)}"')
    before = contents(laptop)[number]
    write(laptop, number, rewritten(before))
    try:
        assert "the head is about other records than these" in auditor.run("audit", "verify").stdout
    finally:
        write(laptop, number, before)


def test_whoever_cuts_off_the_end_is_found_by_the_witness(laptop: Laptop, auditor: Admin) -> None:
    number = segment_with(laptop, f'"jti":"{issue(laptop)}"')
    before = contents(laptop)
    s3_client().delete_object(Bucket=bucket(laptop), Key=segment_key(number))
    try:
        result = auditor.run("audit", "verify")
    finally:
        write(laptop, number, before[number])
    assert (result.exit_code, f"broken: segment {number}" in result.stdout) == (1, True)


def test_a_copy_of_the_bucket_is_verified_without_the_bridge(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    jti = issue(laptop)
    segment_with(laptop, f'"jti":"{jti}"')
    copy = tmp_path / "copy" / "segments"
    copy.mkdir(parents=True)
    for number, content in contents(laptop).items():
        (tmp_path / "copy" / segment_key(number)).write_bytes(content)
    document = s3_client().get_object(Bucket=laptop.local.settings.documents_bucket, Key=".well-known/jwks.json")
    (tmp_path / "jwks.json").write_bytes(document["Body"].read())
    offline = ("audit", "verify", "--from", copy.parent, "--jwks", tmp_path / "jwks.json")
    whole = auditor.run(*offline, FEDBRIDGE_URL="", FEDBRIDGE_TOKEN_FILE="/nowhere")
    assert whole.exit_code == 0, whole.output
    assert "--checkpoint" in whole.stderr
    (copy / "000000000001.jsonl").unlink()
    broken = auditor.run(*offline, FEDBRIDGE_URL="", FEDBRIDGE_TOKEN_FILE="/nowhere")
    assert (broken.exit_code, broken.stdout.startswith("broken: segment 1: ")) == (1, True)


def test_who_keeps_a_checkpoint_goes_on_from_there(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    kept = tmp_path / "audit.checkpoint"
    segment_with(laptop, f'"jti":"{issue(laptop)}"')
    first = answered(auditor.run("audit", "verify", "--checkpoint", kept, "--json"))
    segment_with(laptop, f'"jti":"{issue(laptop)}"')
    second = answered(auditor.run("audit", "verify", "--checkpoint", kept, "--json"))
    assert first["whole"] is second["whole"] is True
    assert int(str(second["segments"])) < int(str(first["segments"])) + 1
    known = json.loads(kept.read_text())
    kept.write_text(json.dumps({**known, "digest": "0" * 64}))
    assert auditor.run("audit", "verify", "--checkpoint", kept).exit_code == 1
    kept.write_text("{}")
    assert auditor.run("audit", "verify", "--checkpoint", kept).exit_code == 2


def test_a_record_that_somebody_edits_or_removes_in_the_table_is_in_the_archive(laptop: Laptop, auditor: Admin) -> None:
    jti = issue(laptop)
    key = {"pk": {"S": item_key("issued", jti)}}
    segment_with(laptop, f'"jti":"{jti}"')
    dynamodb_client().delete_item(TableName=laptop.local.settings.audit_table, Key=key)
    for _ in range(LOOKS):
        lines = [line for content in contents(laptop).values() for line in content.split(b"\n") if jti.encode() in line]
        if len(lines) == 2:
            break
        time.sleep(0.1)
    assert [json.loads(line[65:])["what"] for line in lines] == ["recorded", "removed"]
    assert auditor.run("audit", "verify").exit_code == 0


def test_a_token_is_traced_back_to_the_identity_that_began(laptop: Laptop, auditor: Admin) -> None:
    jti = issue(laptop)
    result = auditor.run("audit", "trace", jti)
    assert result.exit_code == 0, result.output
    assert f"token {jti}" in result.stdout
    assert "identity worker of issuer acme, by mapping acme-worker" in result.stdout
    chain = answered(auditor.run("audit", "trace", jti, "--json"))
    assert chain["complete"] is True


def test_a_chain_is_drawn(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    jti = issue(laptop)
    laptop.admin("POST", "/revocations", {"jti": jti, "reason": "lost"})
    file = tmp_path / "chain.svg"
    written = auditor.run("audit", "trace", jti, "--svg", "--out", file)
    assert (written.exit_code, written.stdout) == (0, ""), written.output
    drawn = ET.fromstring(file.read_text())  # noqa: S314 (our own)
    assert {"worker", jti, "mapping acme-worker version 1", "reason lost"} <= {
        one.text for one in drawn.iter() if one.text
    }
    assert f"revoked: jti {jti} at " in auditor.run("audit", "trace", jti).stdout
    assert auditor.run("audit", "trace", jti, "--mermaid").stdout.startswith("flowchart TD\n")
    assert f"<b>{jti}</b>" in auditor.run("audit", "trace", jti, "--html").stdout
    both = auditor.run("audit", "trace", jti, "--svg", "--out", file, "--json")
    assert answered(both)["complete"] is True


def test_what_would_be_revoked_is_told_first(laptop: Laptop, auditor: Admin) -> None:
    jti = issue(laptop, "clerk")
    would = auditor.run("revoke", "--principal", "user/acme/clerk", "--dry-run")
    assert (would.exit_code, "nothing was revoked" in would.stdout, jti in would.stdout) == (0, True, True), (
        would.output
    )
    told = answered(auditor.run("revoke", "--jti", jti, "--dry-run", "--json"))
    assert (told["tokens"], told["counted"]) == (1, True)
    assert auditor.run("revoke", "--jti", jti).exit_code == 2
    assert auditor.run("revoke", "--jti", jti, "--reason", "lost").exit_code == 0


@pytest.mark.parametrize("options", [("--svg", "--html"), ("--svg", "--json"), ("--out", "x.svg")])
def test_a_picture_that_is_unclear_is_refused(auditor: Admin, options: tuple[str, ...]) -> None:
    refused = auditor.run("audit", "trace", "3HunDVp03kzwwBGVVo9FJA", *options)
    assert (refused.exit_code, refused.stdout.startswith("<svg")) == (2, False)


def test_a_request_is_traced_by_its_correlation_id(laptop: Laptop, auditor: Admin) -> None:
    answer = laptop.exchange("worker", LEDGER, scope="ledger:read")
    result = auditor.run("audit", "trace", answer.headers["x-correlation-id"])
    assert (result.exit_code, "identity worker of issuer acme" in result.stdout) == (0, True)
    refused = laptop.exchange("nobody", LEDGER)
    told = auditor.run("audit", "trace", str(refused.members["correlation_id"]))
    assert (told.exit_code, "no_mapping" in told.stdout) == (1, True)
    assert auditor.run("audit", "trace", "nobody-knows-this").exit_code == 1


def test_the_trail_is_searched(laptop: Laptop, auditor: Admin) -> None:
    jti = issue(laptop, "clerk")
    found = auditor.run("audit", "search", "--principal", "user/acme/clerk", "--since", "1h")
    assert (found.exit_code, f"jti {jti}" in found.stdout) == (0, True)
    items = answered(auditor.run("audit", "search", "--issuer", "acme", "--limit", "2", "--json"))["items"]
    assert isinstance(items, list)
    assert len(items) == 2
    assert "nothing of that kind" in auditor.run("audit", "search", "--principal", "user/none").stdout
    table = auditor.run("audit", "search", "--audience", "led*", "--mapping", "acme-clerk", "--csv").stdout
    assert jti in {row["jti"] for row in csv.DictReader(io.StringIO(table))}
    assert auditor.run("audit", "search", "--csv", "--json").exit_code == 2


# That one record is in the archive, and no other is shown


def proof_of(auditor: Admin, jti: str, file: Path) -> Result:
    """Once it is archived."""
    for _ in range(LOOKS):
        result = auditor.run("audit", "prove", jti, "--save", file)
        if "not in the archive yet" not in " ".join(result.output.split()):
            return result
        time.sleep(0.1)
    raise AssertionError(f"{jti} was never archived")


def test_a_record_is_proven_now_and_later_without_a_network(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    jti, other = issue(laptop), issue(laptop, "clerk")
    told = proof_of(auditor, jti, tmp_path / "proof.json")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(f"proven: the record of {jti} is in the archive")
    assert "user/acme/worker" in told.stdout
    assert other not in (tmp_path / "proof.json").read_text()
    document = s3_client().get_object(Bucket=laptop.local.settings.documents_bucket, Key=".well-known/jwks.json")
    (tmp_path / "jwks.json").write_bytes(document["Body"].read())
    offline = ("audit", "prove", "--check", tmp_path / "proof.json", "--jwks", tmp_path / "jwks.json", "--json")
    later = auditor.run(*offline, jti, FEDBRIDGE_TOKEN_FILE="/nowhere")
    assert (later.exit_code, answered(later)["proven"]) == (0, True), later.output
    assert auditor.run(*offline, other, FEDBRIDGE_TOKEN_FILE="/nowhere").exit_code == 1
    elsewhere = auditor.run(*offline, jti, FEDBRIDGE_URL="https://other.example.com", FEDBRIDGE_TOKEN_FILE="/nowhere")
    assert elsewhere.exit_code == 1


def test_what_was_never_issued_has_no_proof(auditor: Admin, tmp_path: Path) -> None:
    missing = auditor.run("audit", "prove", "3HunDVp03kzwwBGVVo9FJA")
    assert (missing.exit_code, "no such record" in " ".join(missing.output.split())) == (1, True), missing.output
    (tmp_path / "junk.json").write_text("[]")
    assert auditor.run("audit", "prove", "x", "--check", tmp_path / "junk.json").exit_code == 2


def test_O2_a_tenants_auditor_gets_proofs_of_the_tenants_records_alone(laptop: Laptop) -> None:
    jti = issue(laptop)
    segment_with(laptop, f'"jti":"{jti}"')
    theirs, others = laptop.as_admin("boss"), laptop.as_admin("boss", "globex")
    assert laptop.admin("GET", f"/audit/{jti}/proof", token=theirs).status == 200
    assert laptop.admin("GET", f"/audit/{jti}/proof", token=others).status == 404


# Where it was used


def test_a_services_log_is_joined_to_the_chain(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    """A line as the adapters write it, behind a logger's prefix, wrapped by a collector, and among others."""
    answer = laptop.exchange("worker", LEDGER, scope="ledger:read")
    verifier = Verifier(laptop.local.url, LEDGER)
    claims = verifier.verify(answer.members["access_token"])
    verifier.close()
    line = use_line(claims, LEDGER, "GET /entries/7", datetime(2026, 11, 30, tzinfo=UTC))
    other = line.replace(claims.jti, "another-token").replace("/entries/7", "/entries/8")
    lines = ["starting", f"INFO:federation.uses:{line}", json.dumps({"level": "INFO", "message": other}), "{token_used"]
    (tmp_path / "service.log").write_text("\n".join(lines) + "\n")
    told = auditor.run("audit", "trace", claims.jti, "--uses", tmp_path / "service.log")
    assert told.exit_code == 0, told.output
    assert "used  2026-11-30T00:00:00.000+00:00  ledger  GET /entries/7" in told.stdout
    same = "same transaction: used  2026-11-30T00:00:00.000+00:00  ledger  GET /entries/8  jti another-token"
    assert same in " ".join(told.stdout.splitlines())
    found = answered(auditor.run("audit", "trace", claims.jti, "--uses", tmp_path / "service.log", "--json"))
    items = found["items"]
    assert isinstance(items, list)
    assert [use["request"] for use in items[0]["uses"]] == ["GET /entries/7"]
    (tmp_path / "empty.log").write_text("nothing\n")
    assert auditor.run("audit", "trace", claims.jti, "--uses", tmp_path / "empty.log").exit_code == 2
