"""`fedbridge plan`: what is sent, what is shown, which exit code, and what is kept for `apply`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply, problem
from tests.support.stored_trust_api import StoredTrustApi

AUDIENCE: dict[str, Any] = {"kind": "Audience", "id": "api", "scopes": ["read"]}
POLICY: dict[str, Any] = {"kind": "Policy", "id": "p", "cedar": "permit (\n  principal,\n  action,\n  resource\n);\n"}
ZONE: dict[str, Any] = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        (tmp_path / "trust").mkdir()
        write(admin, AUDIENCE, ZONE)
        yield admin


@pytest.fixture
def stored(admin: FakeAdmin) -> StoredTrustApi:
    return StoredTrustApi(admin.bridge)


def write(admin: FakeAdmin, *documents: dict[str, Any]) -> None:
    (admin.folder / "trust" / "all.yaml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")


def test_what_is_there_already_changes_nothing(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    stored.put(AUDIENCE, ZONE)
    result = admin.run("plan", admin.folder / "trust")
    assert (result.exit_code, result.stdout) == (0, "nothing changes: all 2 documents are there already\n")


def test_changes_are_shown_by_their_place_and_make_exit_code_2(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    stored.put({**AUDIENCE, "scopes": ["read", "write"], "max_ttl": "1m"})
    result = admin.run("plan", admin.folder / "trust")
    assert result.exit_code == 2
    assert "~ Audience api, version 2" in result.stdout
    assert "- /max_ttl: 1m" in result.stdout
    assert '- /scopes: ["read", "write"]' in result.stdout
    assert '+ /scopes: ["read"]' in result.stdout
    assert "+ Zone corp, version 1" in result.stdout
    assert "1 to create, 1 to update, 0 unchanged" in result.stdout
    assert stored.revision == 1


def test_what_is_too_long_for_a_line_is_shown_as_somebody_would_have_written_it(
    admin: FakeAdmin, stored: StoredTrustApi
) -> None:
    write(admin, {**AUDIENCE, "scopes": ["risk:score:read", "risk:score:write", "risk:score:explain", "risk:report"]})
    told = admin.run("plan", admin.folder / "trust").stdout
    assert "    + /scopes:\n    +   - risk:score:read\n    +   - risk:score:write\n" in told
    assert max(map(len, told.splitlines())) <= 80
    assert stored.revision == 0


def test_edits_that_mean_nothing_to_anybody_are_said_to(admin: FakeAdmin) -> None:
    change = {"kind": "Zone", "id": "corp", "action": "update", "version": 2, "diff": []}
    admin.bridge.admin("POST", "/plan", Reply({"base": 1, "changes": [change], "effects": [], "warnings": []}))
    assert "what it means: no identity" in admin.run("plan", admin.folder / "trust").stdout


@pytest.mark.parametrize(
    ("kind", "path", "told"),
    [
        ("Issuer", "/keys/jwks/keys/0/x", True),
        ("Issuer", "/audiences", True),
        ("Issuer", "/max_token_age", True),
        ("Issuer", "/description", False),
        ("Client", "/auth/jwks_uri", True),
        ("Client", "/scopes", False),
        ("Audience", "/scopes", False),
    ],
)
def test_what_no_claims_tell_is_said_to_be_unknown(admin: FakeAdmin, kind: str, path: str, told: bool) -> None:
    difference = {"path": path, "before": "a", "after": "b"}
    change = {"kind": kind, "id": "acme", "action": "update", "version": 2, "diff": [difference]}
    admin.bridge.admin("POST", "/plan", Reply({"base": 1, "changes": [change], "effects": [], "warnings": []}))
    shown = admin.run("plan", admin.folder / "trust").stdout
    assert (f"whose proofs {kind} acme takes changes" in shown) == told


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ({"days": 7, "identities": 12, "most": 500}, "12 identities seen in the last 7 days)"),
        ({"days": 2, "identities": 1, "most": 500}, "and 1 identity seen in the last 2 days)"),
        (
            {"days": 1, "identities": 500, "most": 500},
            "500 identities seen in the last day, the newest 500: there may be",
        ),
    ],
)
def test_how_far_back_it_looked_and_how_many_it_saw_is_said(admin: FakeAdmin, seen: dict[str, int], told: str) -> None:
    change = {"kind": "Zone", "id": "corp", "action": "update", "version": 2, "diff": []}
    answer = {"base": 1, "changes": [change], "effects": [], "warnings": [], "seen": seen}
    admin.bridge.admin("POST", "/plan", Reply(answer))
    assert told in admin.run("plan", admin.folder / "trust", "--days", str(seen["days"])).stdout
    assert admin.bridge.asked[-1].json["days"] == seen["days"]
    assert json.loads(admin.run("plan", admin.folder / "trust", "--json").stdout)["seen"] == seen


def test_a_text_of_several_lines_is_compared_by_lines(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    stored.put(POLICY)
    write(admin, {**POLICY, "cedar": POLICY["cedar"].replace("  action,\n", '  action == Action::"exchange",\n')})
    result = admin.run("plan", admin.folder / "trust")
    assert "-  action," in result.stdout
    assert '+  action == Action::"exchange",' in result.stdout
    assert "-  principal" not in result.stdout


def test_colours_are_for_terminals_and_can_be_left_out(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    stored.put(ZONE)
    coloured = admin.run("plan", admin.folder / "trust", FORCE_COLOR="1", TERM="xterm-256color").stdout
    plain = admin.run("plan", admin.folder / "trust", "--no-color", FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[32m+ Audience api" in coloured
    assert "\x1b[32m" not in plain


def test_nothing_is_deleted_unless_it_is_asked_for(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    stored.put(AUDIENCE, ZONE, POLICY)
    assert admin.run("plan", admin.folder / "trust").exit_code == 0
    result = admin.run("plan", admin.folder / "trust", "--prune")
    assert (result.exit_code, "- Policy p, version 2" in result.stdout) == (2, True)


def test_pruning_looks_at_every_page(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    stored.page = 1
    stored.put(AUDIENCE, ZONE, *({**ZONE, "id": f"z{number}"} for number in range(3)))
    changes = json.loads(admin.run("plan", admin.folder / "trust", "--prune", "--json").stdout)["changes"]
    assert [(change["action"], change["id"]) for change in changes] == [("delete", f"z{number}") for number in range(3)]


def test_machines_get_one_json_document(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    stored.put(ZONE)
    result = admin.run("plan", admin.folder / "trust", "--json")
    plan = json.loads(result.stdout)
    assert (result.exit_code, plan["ok"], plan["base"], plan["unchanged"]) == (2, True, 1, 1)
    assert [(change["action"], change["id"]) for change in plan["changes"]] == [("create", "api")]


def test_what_is_broken_is_never_sent(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    write(admin, {**AUDIENCE, "scopez": []})
    result = admin.run("plan", admin.folder / "trust")
    assert (result.exit_code, stored.bridge.asked) == (1, [])
    assert "all.yaml:5: Audience api /scopez: unknown key scopez (did you mean scopes?)" in result.stdout
    report = json.loads(admin.run("plan", admin.folder / "trust", "--json").stdout)
    assert (report["ok"], report["problems"][0]["line"]) == (False, 5)


def test_what_the_bridge_finds_wrong_is_told_at_its_line(admin: FakeAdmin) -> None:
    errors = [{"pointer": "/documents/1/cidrs/0", "document": "", "detail": "not this one", "hint": "another"}]
    admin.bridge.admin("POST", "/plan", problem(422, "invalid_document", "Mend what the errors name.", errors=errors))
    result = admin.run("plan", admin.folder / "trust")
    assert result.exit_code == 1
    assert "all.yaml:7: Zone corp /cidrs/0: not this one (another)" in result.stdout


@pytest.mark.parametrize("pointer", ["", "/", "/deletions/0", "/documents/99", "/documents/x", "/documents"])
def test_an_error_elsewhere_is_told_as_the_bridge_tells_it(admin: FakeAdmin, pointer: str) -> None:
    errors = [{"pointer": pointer, "document": "", "detail": "something else", "hint": ""}]
    admin.bridge.admin("POST", "/plan", problem(422, "invalid_document", "Mend it.", errors=errors))
    result = admin.run("plan", admin.folder / "trust")
    assert (result.exit_code, "the bridge" in result.stdout, "something else" in result.stdout) == (1, True, True)


def test_who_exchanges_once_per_call_is_named_with_what_would_help(admin: FakeAdmin) -> None:
    one = {"principal": "partner/x", "audiences": ["api"], "mapping": "m", "every": 3, "lifetime": 120}
    answer = {"base": 1, "changes": [], "effects": [], "warnings": [], "hurried": [one]}
    admin.bridge.admin("POST", "/plan", Reply(answer))
    told = admin.run("plan", admin.folder / "trust").stdout
    assert "partner/x (Mapping m) exchanges far more often than needed at api: every 3 s a token of 120 s" in told
    assert "a longer max_ttl" in told
    assert json.loads(admin.run("plan", admin.folder / "trust", "--json").stdout)["hurried"] == [one]


def test_warnings_are_shown_at_their_line(admin: FakeAdmin) -> None:
    warning = {"pointer": "/documents/0/scopes", "document": "Audience api", "detail": "look at this", "hint": ""}
    answer = {"base": 1, "changes": [], "effects": [], "warnings": [warning]}
    admin.bridge.admin("POST", "/plan", Reply(answer))
    result = admin.run("plan", admin.folder / "trust")
    assert (result.exit_code, "all.yaml:3: Audience api /scopes: look at this" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, "token_expired", "fedbridge login"),
        (403, "missing_scope", "--scope"),
        (404, "no_such_resource", "admin API"),
        (429, "rate_limited", "wait"),
        (503, "store_unavailable", "wait"),
    ],
)
def test_a_refusal_says_what_to_do_next(admin: FakeAdmin, status: int, code: str, said: str) -> None:
    admin.bridge.admin("POST", "/plan", problem(status, code, "The reason."))
    result = admin.run("plan", admin.folder / "trust")
    assert result.exit_code == 1
    assert "The reason." in result.stderr
    assert said in result.stderr.partition("next:")[2]
    assert "corr-1" in result.stderr
    error = json.loads(admin.run("plan", admin.folder / "trust", "--json").stdout)["error"]
    assert (error["code"], error["status"]) == (code, status)


@pytest.mark.parametrize("answer", [{"message": "Not Found"}, {}])
def test_only_where_the_api_did_not_answer_is_there_perhaps_none(admin: FakeAdmin, answer: dict[str, str]) -> None:
    admin.bridge.admin("POST", "/plan", Reply(answer, 404))
    assert "whether the bridge there has an admin API" in admin.run("plan", admin.folder / "trust").stderr
    admin.bridge.admin("POST", "/plan", problem(404, "no_such_document", "There is none.", detail="did you mean api?"))
    said = admin.run("plan", admin.folder / "trust").stderr
    assert "There is none: did you mean api?\nnext: look at the name\n" in said
    assert "admin API" not in said


def test_who_is_not_logged_in_or_has_no_bridge_is_told(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    result = admin.run("plan", admin.folder / "trust", "--url", "http://127.0.0.1:1")
    assert (result.exit_code, "the credential" in result.stderr) == (1, True)
    admin.credential.write_text("bearer.token.x")
    result = admin.run("plan", admin.folder / "trust", "--url", "http://127.0.0.1:1")
    assert (result.exit_code, "no bridge answers at http://127.0.0.1:1" in result.stderr) == (1, True)
    admin.credential.unlink()
    result = admin.run("plan", admin.folder / "trust")
    assert (result.exit_code, "fedbridge login" in result.stderr) == (1, True)
    assert stored.bridge.asked == []


def test_the_bridge_of_the_login_is_the_bridge_where_no_other_is_named(
    admin: FakeAdmin, stored: StoredTrustApi
) -> None:
    assert admin.run("plan", admin.folder / "trust", FEDBRIDGE_URL="").exit_code == 2
    assert len(stored.bridge.asked) == 1


def test_a_folder_that_is_not_there_is_a_wrong_use(admin: FakeAdmin) -> None:
    assert admin.run("plan", "/nowhere/at/all").exit_code == 2


GAINED = {"principal": "partner/x", "audience": "api", "scopes": ["read"], "before": None, "observed": 2}
LOST = {"principal": "user/{sub}", "audience": "api", "scopes": ["read"], "after": None, "observed": 0}
TERMS = {"lifetime": 300, "needs": ["dpop"]}
EXAMPLE = {"policy": "p", "number": 0, "principal": "partner/x", "audience": "api"}
TOLD: dict[str, list[dict[str, Any]]] = {
    "gained": [{**GAINED, "after": TERMS}],
    "lost": [{**LOST, "before": TERMS}],
    "changed": [{**GAINED, "before": {"lifetime": 60, "needs": []}, "after": TERMS}],
    "examples": [{**EXAMPLE, "allowed_before": True, "allowed_after": False}],
}


@pytest.mark.parametrize("effects", [TOLD, [TOLD], [one for several in TOLD.values() for one in several]])
def test_what_it_means_is_told_in_words(admin: FakeAdmin, effects: object) -> None:
    admin.bridge.admin("POST", "/plan", Reply({"base": 1, "changes": [], "effects": effects, "warnings": []}))
    told = admin.run("plan", admin.folder / "trust").stdout
    assert "+ partner/x gains api: read (for 300 s, needs dpop) [2 identities seen]" in told
    assert "- user/{sub} loses api: read [nobody seen]\n" in told
    assert "~ partner/x keeps api: read (for 60 s) -> (for 300 s, needs dpop)" in told
    assert "! example 0 of Policy p: partner/x at api was allowed, is refused" in told
