"""An admin at the command line, against the whole bridge: a partner is let in by YAML, looked at, undone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from federation.client.credential import read_credential
from tests.support.admin_laptop import TARGET, AdminLaptop, Document, admin_laptop


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdminLaptop]:
    with admin_laptop(tmp_path_factory.mktemp("admin")) as laptop:
        laptop.log_in()
        yield laptop


@pytest.fixture
def trust(laptop: AdminLaptop, tmp_path: Path) -> Path:
    """All that there is, in files."""
    assert laptop.run("export", tmp_path / "trust").exit_code == 0
    return tmp_path / "trust"


def write(trust: Path, documents: list[Document]) -> None:
    for document in documents:
        folder = trust / {"Issuer": "issuers", "Mapping": "mappings", "Policy": "policies"}[document["kind"]]
        folder.mkdir(exist_ok=True)
        (folder / f"{document['id']}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def test_whoever_logs_in_has_a_token_that_is_bound_to_their_key(laptop: AdminLaptop) -> None:
    credential = read_credential(laptop.credential)
    assert credential.key is not None
    shown = laptop.run("verify", "--audience", "federation-admin", "--json", input=credential.access_token)
    assert json.loads(shown.stdout)["claims"]["cnf"] == {"jkt": credential.key.thumbprint}


def test_what_is_exported_is_what_is_there(laptop: AdminLaptop, trust: Path) -> None:
    assert laptop.run("validate", trust).exit_code == 0
    planned = laptop.run("plan", trust, "--prune")
    assert (planned.exit_code, "nothing changes" in planned.stdout) == (0, True), planned.output


def test_a_partner_is_let_in_broken_and_mended_by_undoing_it(laptop: AdminLaptop, trust: Path, tmp_path: Path) -> None:
    write(trust, laptop.partner())
    planned = laptop.run("plan", trust, "--out", tmp_path / "plan.json")
    assert planned.exit_code == 2
    assert "+ Issuer partner, version 1" in planned.stdout
    assert "+ Mapping partner-worker, version 1" in planned.stdout
    assert laptop.exchange().status == 400

    applied = laptop.run("apply", "--yes", trust, "--plan", tmp_path / "plan.json", "--reason", "a new partner")
    assert applied.exit_code == 0, applied.output
    assert laptop.exchange().status == 200

    write(trust, laptop.partner(subject="wroker"))
    assert laptop.run("apply", "--yes", trust, "--reason", "tidied up").exit_code == 0
    assert laptop.exchange().members["error"] == "invalid_request"

    told = laptop.run("history", "Mapping", "partner-worker").stdout
    assert told.index("tidied up") < told.index("a new partner")
    assert "- /match/sub: worker" in told
    assert "admin/laptop" in told

    assert laptop.run("restore", "Mapping", "partner-worker", "--version", "1", "--reason", "undo").exit_code == 0
    assert laptop.exchange().status == 200
    assert "undo" in laptop.run("history", "mapping", "partner-worker", "--limit", "1").stdout


def test_a_plan_is_worth_nothing_once_trust_has_moved(laptop: AdminLaptop, trust: Path, tmp_path: Path) -> None:
    zone = {"kind": "Zone", "id": "office", "cidrs": ["203.0.113.0/24"]}
    (trust / "office.yaml").write_text(yaml.safe_dump(zone))
    assert laptop.run("plan", trust, "--out", tmp_path / "plan.json").exit_code == 2
    (trust / "office.yaml").write_text(yaml.safe_dump({**zone, "id": "elsewhere"}))
    assert laptop.run("apply", "--yes", trust).exit_code == 0
    (trust / "office.yaml").write_text(yaml.safe_dump(zone))
    refused = laptop.run("apply", "--yes", trust, "--plan", tmp_path / "plan.json")
    assert (refused.exit_code, "trust was changed since this was planned" in refused.stderr) == (1, True)
    assert laptop.run("history", "Zone", "office").exit_code == 1


def test_what_the_bridge_alone_can_see_is_told_at_its_line(laptop: AdminLaptop, trust: Path) -> None:
    """The folder is good by itself; what it would do to others, the bridge knows."""
    (trust / "mappings" / "fedbridge-serve.yaml").unlink()
    refused = laptop.run("plan", trust, "--prune")
    assert (refused.exit_code, "last_admin" in refused.output or "another admin" in refused.output) == (1, True)


def test_a_document_that_is_broken_changes_nothing(laptop: AdminLaptop, trust: Path) -> None:
    write(trust, laptop.partner(subject="somebody-else"))
    (trust / "broken.yaml").write_text("kind: Zone\nid: broken\ncidrs: [everywhere]\n")
    assert laptop.run("apply", "--yes", trust).exit_code == 1
    assert laptop.exchange("somebody-else").status == 400


def test_a_token_is_had_and_verified_at_the_command_line(laptop: AdminLaptop, trust: Path) -> None:
    write(trust, laptop.partner())
    laptop.run("apply", "--yes", trust)
    arguments = ("token", "--audience", TARGET, "--source", "-")
    token = laptop.run(*arguments, input=laptop.worker_token()).stdout
    verified = laptop.run("verify", "--audience", TARGET, input=token)
    assert (verified.exit_code, "partner/worker" in verified.stdout) == (0, True)
    assert laptop.run("verify", "--audience", "ledger", input=token).exit_code == 1


def test_whoever_logs_out_is_out(laptop: AdminLaptop) -> None:
    kept = laptop.credential.read_text()
    assert laptop.run("logout").exit_code == 0
    laptop.credential.write_text(kept)
    refused = laptop.run("history", "Mapping", "fedbridge-serve")
    assert (refused.exit_code, "fedbridge login" in refused.stderr) == (1, True), refused.output
    laptop.log_in()
    assert laptop.run("history", "Mapping", "fedbridge-serve").exit_code == 0


def test_why_a_partner_fails_is_explained_and_the_suggested_edit_lets_it_in(laptop: AdminLaptop, trust: Path) -> None:
    write(trust, laptop.partner(subject="wroker"))
    assert laptop.run("apply", "--yes", trust).exit_code == 0
    assert laptop.exchange().status == 400

    question = ("explain", "--token", "-", "--audience", TARGET)
    told = laptop.run(*question, input=laptop.worker_token())
    assert told.exit_code == 1
    assert "nearly Mapping partner-worker" in told.stdout
    assert "sub  wanted wroker  got worker" in told.stdout

    laptop.run(*question, "--write", trust, input=laptop.worker_token())
    planned = laptop.run("plan", trust)
    assert (planned.exit_code, "+ /match/sub: worker" in planned.stdout) == (2, True), planned.output
    assert laptop.run("apply", "--yes", trust).exit_code == 0
    assert laptop.exchange().status == 200
    assert laptop.run(*question, input=laptop.worker_token()).exit_code == 0


def test_who_reaches_what_is_told(laptop: AdminLaptop, trust: Path) -> None:
    write(trust, laptop.partner())
    laptop.run("apply", "--yes", trust)
    told = laptop.run("whocan", "--audience", TARGET)
    assert (told.exit_code, "partner/worker -> risk-engine: risk:read" in told.stdout) == (0, True)
    told = laptop.run("whocan", "--principal", "partner/worker")
    assert (told.exit_code, "partner/worker -> risk-engine: risk:read" in told.stdout) == (0, True)


def test_a_partner_is_revoked_with_all_that_it_was_given_until_then(laptop: AdminLaptop, trust: Path) -> None:
    write(trust, laptop.partner())
    laptop.run("apply", "--yes", trust)
    arguments, before = ("token", "--audience", TARGET, "--source", "-"), laptop.worker_token()
    token = laptop.run(*arguments, input=before).stdout
    assert laptop.run("revoke", "--token", "-", "--reason", "leaked", input=token).exit_code == 0
    assert laptop.run("revoke", "--principal", "partner/worker", "--reason", "leaked").exit_code == 0
    refused = laptop.run(*arguments, input=before)
    assert (refused.exit_code, "revoked" in refused.stderr) == (1, True), refused.output


def test_nothing_waits_for_an_approval(laptop: AdminLaptop) -> None:
    assert "nothing waits" in laptop.run("approvals", "list").stdout
    assert laptop.run("approvals", "approve", "ab" * 32, "--reason", "x").exit_code == 1


def test_an_admin_who_would_shut_themselves_out_is_told_so_and_nothing_is_written(
    laptop: AdminLaptop, trust: Path
) -> None:
    """By what the audit trail knows of how they came in, and by the documents they came in by."""
    nowhere = 'forbid (principal, action, resource) unless { ["office"].contains(context.network.zone) };'
    write(trust, [{"kind": "Policy", "id": "office-only", "cedar": nowhere}])
    applied = laptop.run("apply", "--yes", trust)
    assert applied.exit_code == 1
    assert "you would be refused" in applied.output, applied.output
    assert "next: make a second way in" in applied.output
    (trust / "policies" / "office-only.yaml").unlink()

    own = trust / "issuers" / "fedbridge-serve.yaml"
    document = yaml.safe_load(own.read_text(encoding="utf-8"))
    write(trust, [{**document, "algorithms": ["EdDSA"]}])
    applied = laptop.run("apply", "--yes", trust)
    assert (applied.exit_code, "Issuer fedbridge-serve" in applied.output) == (1, True), applied.output
    write(trust, [document])
    assert laptop.run("plan", trust).exit_code == 0
