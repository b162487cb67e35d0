"""`fedbridge explain` and `whocan`: which question is asked, how the answer reads, and what is written of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.render import render
from federation.insight.whocan.reach import reach_of, who_can
from tests.support.admin_trust import AGENT, BRIDGE, CLAIMS, MAPPING, NOW, policy, trust
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply

TRUST = trust()


def explained(**changes: Any) -> Reply:  # noqa: ANN401 (claims)
    """The real explanation of somebody whose claims differ a little."""
    question = Question(Identity({**CLAIMS, **changes}), NOW).at("risk-engine")
    return Reply(render(explain(TRUST, question, BRIDGE)))


WORKER = Question(Identity(CLAIMS), NOW).at("risk-engine")


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        (tmp_path / "claims.json").write_text(json.dumps(CLAIMS))
        admin.bridge.admin("POST", "/explain", explained(sub="work"))
        yield admin


def ask(admin: FakeAdmin, *arguments: str | Path) -> tuple[int, str]:
    claims = ("--claims", admin.folder / "claims.json")
    result = admin.run("explain", *claims, "--audience", "risk-engine", *arguments)
    return result.exit_code, result.output


def test_what_is_allowed_is_said_with_every_step(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/explain", explained())
    code, told = ask(admin)
    assert code == 0
    assert "allowed: partner/acme/sync gets risk:read at risk-engine for" in told
    assert "✓ mapping" in told
    assert "· actor" in told


def test_an_early_step_says_in_a_sentence_what_is_wrong(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/explain", explained(iss=7))
    code, told = ask(admin)
    assert (code, "✗ issuer: the claim iss has the wrong form: it must be" in told) == (1, True)
    assert "refused: invalid_request: malformed_claims" in told


def test_a_risk_score_is_told_with_what_it_is_made_of(admin: FakeAdmin) -> None:
    cause = {"score": 40, "raised_to": 80, "reason": "malware", "source": "admin/edr", "until": "2027-01-15"}
    risk = {"what": "principal", "value": "partner/acme/sync", "score": 40, "causes": [cause]}
    explanation: Any = render(explain(TRUST, WORKER, BRIDGE))
    admin.bridge.admin("POST", "/explain", Reply({**explanation, "risk": [risk]}))
    _, told = ask(admin)
    assert "risk of principal partner/acme/sync: 40" in told
    assert "40 of 80: malware (admin/edr, until 2027-01-15)" in told


def test_what_is_refused_shows_what_differs_side_by_side_and_what_would_help(admin: FakeAdmin) -> None:
    code, told = ask(admin)
    assert code == 1
    assert "refused: invalid_request: no_mapping" in told
    assert "✗ mapping" in told
    assert "nearly Mapping acme-sync" in told
    assert "· not reached: actor, targets," in told
    assert "sub  wanted worker  got work" in told
    assert "the smallest edit that would allow it" in told
    assert "/match/sub" in told


def test_where_policies_refuse_it_is_said_that_no_address_was_given(admin: FakeAdmin) -> None:
    nobody = trust(policy("nobody", "forbid (principal, action, resource);"))
    question = Question(Identity(CLAIMS), NOW).at("risk-engine")
    admin.bridge.admin("POST", "/explain", Reply(render(explain(nobody, question, BRIDGE))))
    assert "no --ip was given" in ask(admin)[1]
    assert "no --ip was given" not in ask(admin, "--ip", "192.0.2.7")[1]


def test_the_question_is_what_was_given_and_nothing_else(admin: FakeAdmin) -> None:
    (admin.folder / "actor.json").write_text('{"sub": "agent"}')
    ask(admin, "--scope", "risk:read", "--scope", "risk:write", "--actor-claims", admin.folder / "actor.json")
    assert admin.bridge.asked[-1].json == {
        "claims": CLAIMS,
        "actor": {"claims": {"sub": "agent"}},
        "audience": "risk-engine",
        "scope": "risk:read risk:write",
    }
    admin.run("explain", "--token", "-", "--client", "gateway", "--proof", "dpop", input="a.b.c\n")
    assert admin.bridge.asked[-1].json == {"token": "a.b.c", "client": "gateway", "proof": "dpop"}
    admin.run("explain", "--client", "gateway", "--ip", "203.0.113.9", "--approved")
    assert admin.bridge.asked[-1].json == {"client": "gateway", "ip": "203.0.113.9", "approved": True}


def test_machines_get_the_explanation_as_it_is(admin: FakeAdmin) -> None:
    code, told = ask(admin, "--json")
    assert (code, json.loads(told)["allowed"]) == (1, False)


def test_the_smallest_edit_is_written_where_export_would_put_it(admin: FakeAdmin) -> None:
    folder = admin.folder / "trust"
    _, told = ask(admin, "--write", folder)
    file = folder / "mappings" / "acme-sync.yaml"
    assert f"fedbridge plan {folder}" in told
    assert yaml.safe_load(file.read_text())["match"] == {"sub": "work"}
    assert yaml.safe_load(file.read_text()) | {"match": {"sub": "worker"}} == MAPPING


def test_a_document_is_changed_where_it_stands_and_nothing_around_it(admin: FakeAdmin) -> None:
    folder = admin.folder / "trust"
    folder.mkdir()
    text = f"# ours\n{yaml.safe_dump_all([AGENT, MAPPING])}".replace("sub: worker", "sub: worker # the machine")
    (folder / "all.yaml").write_text(text)
    _, told = ask(admin, "--write", folder)
    assert f"wrote {folder / 'all.yaml'}" in told
    assert (folder / "all.yaml").read_text() == text.replace("sub: worker #", "sub: work #")
    assert list(folder.rglob("*")) == [folder / "all.yaml"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("all.json", json.dumps(MAPPING)),
        ("all.yaml", yaml.safe_dump({**MAPPING, "match": {"sub": "worker\n"}}, default_style="|")),
        ("all.yaml", yaml.safe_dump_all([MAPPING, MAPPING])),
        ("mappings/acme-sync.yaml", yaml.safe_dump(AGENT)),
    ],
)
def test_what_only_a_person_changes_well_is_left_alone(admin: FakeAdmin, name: str, text: str) -> None:
    file = admin.folder / "trust" / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    code, told = ask(admin, "--write", admin.folder / "trust")
    assert (code, f"{file}:" in told, "change it there as the edit says" in told) == (1, True, True)
    assert file.read_text() == text


RECORD: dict[str, Any] = {
    "outcome": "refused",
    "reason": "no_mapping",
    "issuer_url": "https://idp.example.com",
    "claims": {"sub": "work"},
    "requested_audience": ["risk-engine"],
    "requested_scope": ["risk:read"],
    "source_ip": "203.0.113.9",
    "dpop_jkt": "x",
}


def test_a_request_that_was_refused_is_found_by_its_correlation_id(admin: FakeAdmin) -> None:
    admin.bridge.admin("GET", "/audit", Reply({"items": [RECORD], "next": None}))
    result = admin.run("explain", "--correlation-id", "corr-9")
    assert (result.exit_code, "no_mapping" in result.stderr) == (1, True)
    assert [asked.query for asked in admin.bridge.all_asked("GET", "/admin/v1/audit")] == [{"correlation_id": "corr-9"}]
    question = {"claims": {"iss": "https://idp.example.com", "sub": "work"}, "audience": "risk-engine"}
    circumstances = {"scope": "risk:read", "ip": "203.0.113.9", "proof": "dpop"}
    assert admin.bridge.asked[-1].json == {**question, **circumstances}


def test_whom_no_token_proved_is_explained_by_the_issuer_that_did(admin: FakeAdmin) -> None:
    record = {**RECORD, "issuer_url": "arn:aws:iam::123456789012", "issuer": "acme-aws", "claims": {"arn": "x"}}
    acting = {"actor_claims": {"iss": "https://agents.example.com", "sub": "a"}, "actor_issuer": "agents"}
    admin.bridge.admin("GET", "/audit", Reply({"items": [{**record, **acting}], "next": None}))
    admin.run("explain", "--correlation-id", "corr-9")
    asked = admin.bridge.asked[-1].json
    assert (asked["claims"], asked["issuer"]) == ({"arn": "x"}, "acme-aws")
    assert asked["actor"] == {"claims": {"iss": "https://agents.example.com", "sub": "a"}}


def test_a_client_that_asked_for_itself_is_explained_as_that(admin: FakeAdmin) -> None:
    client = {"issuer": "(client)", "issuer_url": "", "claims": {"client_id": "robot"}}
    record = {**RECORD, **client, "client_id": "robot", "client_method": "private_key_jwt"}
    admin.bridge.admin("GET", "/audit", Reply({"items": [record], "next": None}))
    admin.run("explain", "--correlation-id", "corr-9")
    asked = admin.bridge.asked[-1].json
    assert (asked["client"], asked.keys() & {"claims", "issuer", "token"}) == ("robot", set())


def test_a_request_becomes_an_example_of_its_mapping(admin: FakeAdmin) -> None:
    folder = admin.folder / "trust"
    record = {**RECORD, "claims": {"sub": "worker"}}
    admin.bridge.admin("GET", "/audit", Reply({"items": [record], "next": None}))
    admin.bridge.admin("GET", "/mappings/acme-sync", Reply({"document": MAPPING}))
    admin.bridge.admin("POST", "/explain", explained())
    admin.run("explain", "--correlation-id", "corr-9", "--write-example", folder)
    file = folder / "mappings" / "acme-sync.yaml"
    written = yaml.safe_load(file.read_text())
    target = {"audience": "risk-engine", "scopes": ["risk:read"]}
    first = {"claims": {"sub": "worker"}, "principal": "partner/acme/sync", **target, "expect": "allow"}
    assert written == {**MAPPING, "examples": [first]}
    denied = Question(Identity(CLAIMS), NOW).at("risk-engine")
    nobody = trust(policy("nobody", "forbid (principal, action, resource);"))
    admin.bridge.admin("POST", "/explain", Reply(render(explain(nobody, denied, BRIDGE))))
    admin.run("explain", "--correlation-id", "corr-9", "--write-example", folder)
    second = {"claims": {"sub": "worker"}, **target, "expect": "deny"}
    assert yaml.safe_load(file.read_text())["examples"] == [first, second]


def test_an_example_needs_a_request_in_which_a_mapping_had_a_part(admin: FakeAdmin) -> None:
    code, told = ask(admin, "--write-example", admin.folder / "trust")
    assert (code, "--correlation-id" in told) == (2, True)
    admin.bridge.admin("GET", "/audit", Reply({"items": [RECORD], "next": None}))
    result = admin.run("explain", "--correlation-id", "corr-9", "--write-example", admin.folder / "trust")
    assert (result.exit_code, "no Mapping had a part" in result.stderr) == (1, True)
    assert not (admin.folder / "trust").exists()


@pytest.mark.parametrize("items", [None, [], [{"outcome": "refused", "reason": "bad_signature"}]])
def test_what_the_trail_does_not_know_is_said(admin: FakeAdmin, items: list[Any] | None) -> None:
    if items is not None:
        admin.bridge.admin("GET", "/audit", Reply({"items": items, "next": None}))
    result = admin.run("explain", "--correlation-id", "corr-9")
    assert (result.exit_code, "--token FILE" in result.stderr) == (1, True)
    assert admin.bridge.all_asked("POST", "/admin/v1/explain") == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--token", "-", "--correlation-id", "x"),
        ("--token", "-", "--actor-token", "a", "--actor-claims", "b"),
        ("--claims", "/dev/null"),
    ],
)
def test_what_is_no_question_is_a_wrong_use(admin: FakeAdmin, arguments: tuple[str, ...]) -> None:
    result = admin.run("explain", *arguments, input="a.b.c")
    assert (result.exit_code, admin.bridge.asked) == (2, [])


def test_nothing_of_a_token_or_a_claim_moves_the_cursor(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/explain", explained(sub="work\x1b[2J"))
    assert "\x1b" not in ask(admin)[1]


def test_every_way_to_an_audience_is_a_tree(admin: FakeAdmin) -> None:
    snapshot = trust({**MAPPING, "may_act": ["agent/*"]})
    ways = [render(way) for way in who_can(snapshot, "risk-engine")]
    admin.bridge.admin("GET", "/whocan", Reply({"items": ways}))
    result = admin.run("whocan", "--audience", "risk-engine", "--scope", "risk:read")
    assert result.exit_code == 0
    assert admin.bridge.asked[-1].query == {"audience": "risk-engine", "scope": "risk:read"}
    places = [result.stdout.index(text) for text in ("Issuer acme", "Mapping acme-sync", "partner/acme/sync ->")]
    assert places == sorted(places)
    assert "acted for by agent/planner" in result.stdout


def test_what_policies_say_of_every_way_is_told_once_within_80_columns(admin: FakeAdmin) -> None:
    both, one = ({"policy": name, "verdict": "permits", "head": 'resource == Audience::"x"'} for name in ("all", "own"))
    party = {"issuer": "acme", "match": {"sub": "repo:acme-with-a-long-name/app:" + "x" * 60}, "principal": "p/a"}
    way = {"audience": "risk-engine", "scopes": ["risk:score:read"] * 4, "usually": True}
    ways = [
        {**way, "party": {**party, "mapping": f"m{number}"}, "policies": [both, *extra]}
        for number, extra in enumerate(([], [one], []))
    ]
    admin.bridge.admin("GET", "/whocan", Reply({"items": ways}))
    told = admin.run("whocan", "--audience", "risk-engine", COLUMNS="80").stdout
    assert (told.count("Policy all"), told.count("Policy own")) == (1, 1)
    assert max(map(len, told.splitlines())) <= 80


def test_records_of_a_search_fit_80_columns_and_say_who_is_claimed(admin: FakeAdmin) -> None:
    refusal = {"time": "2026-11-30T06:59:32.976+00:00", "outcome": "deny", "reason": "bad_signature"}
    told_of = {**refusal, "unverified_issuer": "acme", "correlation_id": "c" * 40}
    issued = {"time": refusal["time"], "outcome": "allow", "principal": "partner/" + "a" * 40, "jti": "j" * 22}
    scopes = {"scope": ["risk:score:read", "risk:score:write"] * 3, "audience": ["risk-engine"]}
    admin.bridge.admin("GET", "/audit", Reply({"items": [told_of, {**issued, **scopes}], "next": None}))
    arguments = ("--issuer", "acme", "--audience", "risk-*", "--mapping", "m", "--client", "c", "--until", "1h")
    told = admin.run("audit", "search", *arguments).stdout
    assert max(map(len, told.splitlines())) <= 80
    assert "claims to be of acme" in told
    assert admin.bridge.asked[-1].query.items() >= {"audience": "risk-*", "mapping": "m", "until": "1h"}.items()


def test_all_that_a_principal_reaches_and_for_whom_is_a_tree(admin: FakeAdmin) -> None:
    snapshot = trust({**MAPPING, "may_act": ["agent/*"]})
    admin.bridge.admin("GET", "/whocan", Reply(render(reach_of(snapshot, "agent/planner"))))
    told = admin.run("whocan", "--principal", "agent/planner").stdout
    assert "agent/planner -> bridge: act" in told
    assert "may act for" in told
    assert "partner/acme/sync" in told


def test_that_nobody_can_is_said(admin: FakeAdmin) -> None:
    admin.bridge.admin("GET", "/whocan", Reply({"items": []}))
    assert admin.run("whocan", "--audience", "risk-engine").exit_code == 1  # there is no such audience
    admin.bridge.admin("GET", "/audiences/risk-engine", Reply({"document": {}}))
    assert "nobody" in admin.run("whocan", "--audience", "risk-engine").stdout
    assert json.loads(admin.run("whocan", "--audience", "risk-engine", "--json").stdout) == {"items": []}


@pytest.mark.parametrize(
    "arguments",
    [(), ("--audience", "a", "--principal", "p"), ("--principal", "p", "--scope", "s"), ("--scope", "s")],
)
def test_whocan_needs_to_know_about_whom(admin: FakeAdmin, arguments: tuple[str, ...]) -> None:
    assert (admin.run("whocan", *arguments).exit_code, admin.bridge.asked) == (2, [])
