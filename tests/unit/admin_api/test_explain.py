"""Why a request comes out as it does, over the admin API."""

import json
from typing import Any

import pytest

from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.json import Json
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.risk import RiskKey
from federation.model.trust import Kind
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import BRIDGE, NOW, Reply, issuer, mapping
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

CLAIMS = {"iss": "https://acme.example.com", "sub": "sync"}
ASKED = {"audience": "risk-engine", "scope": "risk:read"}


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    world.store(mapping("sync", "acme"))
    world.store(issuer("globex", tenant="globex"))
    world.store(mapping("other", "globex"))
    return world


def asked(world: ResourceWorld, **question: Any) -> Reply:  # noqa: ANN401 (members of the body)
    return world.call("POST", "/explain", {**ASKED, **question})


def test_what_would_be_allowed_says_what_the_token_would_have(world: ResourceWorld) -> None:
    told = asked(world, claims=CLAIMS).members
    assert told["allowed"] is True
    assert (told["decision"]["principal"], told["decision"]["scopes"]) == ("partner/sync", ["risk:read"])
    assert told["refusal"] is None


def test_what_nearly_fits_is_shown_beside_the_smallest_edit(world: ResourceWorld) -> None:
    told = asked(world, claims={**CLAIMS, "sub": "sink"}).members
    assert (told["allowed"], told["refusal"]["reason"]) == (False, "no_mapping")
    step = next(one for one in told["steps"] if one["step"] == "mapping")
    assert step["facts"]["near"][0]["mapping"] == "sync"
    assert told["edits"] == told["suggestions"][0]["edits"]
    assert told["edits"]


def test_a_token_is_read_and_never_given_back_or_kept(world: ResourceWorld) -> None:
    claims: dict[str, Json] = {**CLAIMS, "aud": BRIDGE, "iat": NOW, "exp": NOW + 60, "jti": "t-1"}
    token = signed({"alg": "RS256", "kid": "idp", "typ": "JWT"}, claims, rsa_key("idp"))
    answer = world.call("POST", "/explain", {**ASKED, "token": token}, idempotency_key="k-1")
    assert answer.members["undecided"], answer.members
    everything = [answer.body.decode(), json.dumps(world.log.entries), repr(world.answers.named)]
    assert not [text for text in everything if token.rpartition(".")[2] in text or token.split(".")[1] in text]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 20_000])
def test_a_text_that_is_no_token_is_explained_or_refused_and_does_no_harm(world: ResourceWorld, token: str) -> None:
    answer = asked(world, token=token)
    assert answer.status == (422 if len(token) > 16_384 else 200)
    assert answer.status == 422 or answer.members["allowed"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"claims": CLAIMS, "token": "x"},
        {"claims": CLAIMS, "actor": {}},
        {"claims": CLAIMS, "actor": {"claims": CLAIMS}, "actor_token": "x"},
        {"claims": CLAIMS, "proof": "password"},
        {"claims": [], "audience": "risk-engine"},
        {"claims": CLAIMS, "scope": ["risk:read", 7]},
        {"claims": CLAIMS, "mint": True},
    ],
)
def test_a_question_that_is_none_is_refused_with_its_place(world: ResourceWorld, body: dict[str, Any]) -> None:
    answer = world.call("POST", "/explain", body)
    assert (answer.status, answer.code) == (422, "invalid_document")


def test_a_client_asks_for_itself(world: ResourceWorld) -> None:
    answer = asked(world, client="nobody").members
    assert answer["refusal"]["step"] == "client"


def test_the_risk_scores_are_those_of_this_moment(world: ResourceWorld) -> None:
    cedar = "forbid (principal, action, resource) when { context.risk.principal >= 50 };"
    world.trust.add(Kind.POLICY, "risky", {"kind": "Policy", "id": "risky", "cedar": cedar})
    assert asked(world, claims=CLAIMS).members["allowed"] is True
    world.state.suspect(RiskKey("principal", "partner/sync", "acme"), 80, NOW)
    assert asked(world, claims=CLAIMS).members["refusal"]["reason"] == "policy_denied"


def test_a_tenant_asks_about_its_own_identities_alone(world: ResourceWorld) -> None:
    assert world.tina("POST", "/explain", {**ASKED, "claims": CLAIMS}).members["allowed"] is True
    for name in ("corp", "globex"):
        stranger = {"iss": f"https://{name}.example.com", "sub": "other"}
        answers = [
            world.tina("POST", "/explain", {**ASKED, "claims": stranger}),
            world.tina("POST", "/explain", {**ASKED, "claims": CLAIMS, "actor": {"claims": stranger}}),
        ]
        for answer in answers:
            outcome = answer.code if answer.status == 403 else answer.members["refusal"]["reason"]
            assert outcome == ("outside_tenant" if name == "corp" else "untrusted_issuer")
            assert "partner/other" not in answer.body.decode()


def test_a_tenant_learns_nothing_of_others_clients_and_mappings(world: ResourceWorld) -> None:
    auth: Json = {"method": "private_key_jwt", "jwks": {"keys": [rsa_key("client").jwk()]}}
    reach: dict[str, Json] = {"audiences": ["risk-engine"], "scopes": ["canary"]}
    world.trust.add(Kind.CLIENT, "gateway", {"tenant": "globex", "auth": auth, **reach})
    fed = {"iss": "globex", "mapping": "other@1", "decision": "d"}
    forged = {"iss": BRIDGE, "sub": "partner/other", "tenant": "acme", "scope": "risk:read", "fed": fed}
    for question in ({"client": "gateway"}, {"claims": CLAIMS, "client": "gateway"}, {"claims": forged}):
        told = world.tina("POST", "/explain", {**ASKED, **question})
        assert told.members["allowed"] is False
        assert "canary" not in told.body.decode()
        assert "globex" not in told.body.decode()


def test_an_issuer_that_a_tenant_does_not_see_is_not_named_as_near(world: ResourceWorld) -> None:
    almost = {"iss": "https://globexx.example.com", "sub": "other"}
    assert "globex.example.com" in asked(world, claims=almost).body.decode()
    assert "globex.example.com" not in world.tina("POST", "/explain", {**ASKED, "claims": almost}).body.decode()


def test_one_of_our_own_tokens_is_explained_by_what_made_it(world: ResourceWorld) -> None:
    fed = {"iss": "acme", "mapping": "sync@1", "decision": "d"}
    claims = {"iss": BRIDGE, "sub": "partner/sync", "tenant": "acme", "scope": "risk:read", "fed": fed}
    claims |= {"aud": "risk-engine", "client_id": "partner/sync", "txn": "c", "jti": "t"}
    told = asked(world, claims=claims).members
    assert next(one for one in told["steps"] if one["step"] == "mapping")["outcome"] == "ok", told


def test_who_reaches_an_audience_and_what_somebody_reaches(world: ResourceWorld) -> None:
    ways = world.call("GET", "/whocan", query="audience=risk-engine&scope=risk:read").members
    assert [one["party"]["principal"] for one in ways["items"]] == ["partner/other", "partner/sync"]
    assert ways["truncated"] is False
    reach = world.call("GET", "/whocan", query="principal=partner/sync").members
    assert [one["audience"] for one in reach["itself"]] == ["risk-engine"]
    assert world.call("GET", "/whocan", query="audience=risk-engine&scope=risk:write").members["items"] == []


def test_ways_of_one_issuer_are_told_by_themselves(world: ResourceWorld) -> None:
    of_acme = world.call("GET", "/whocan", query="issuer=acme").members["items"]
    assert {one["party"]["issuer"] for one in of_acme} == {"acme"}
    assert "risk-engine" in {one["audience"] for one in of_acme}
    ways = world.call("GET", "/whocan", query="audience=risk-engine&issuer=acme").members["items"]
    assert [one["party"]["principal"] for one in ways] == ["partner/sync"]
    reach = world.call("GET", "/whocan", query="principal=partner/sync&issuer=corp").members
    assert reach["itself"] == []


def test_what_is_dangerous_is_said_of_each_way(world: ResourceWorld) -> None:
    to_admin = world.call("GET", "/whocan", query=f"audience={ADMIN_AUDIENCE}").members["items"]
    assert all("admin API" in one["dangers"][0] for one in to_admin)
    ways = world.call("GET", "/whocan", query="audience=risk-engine").members["items"]
    assert [(one["dangers"], one["party"]["dangers"]) for one in ways] == [([], []), ([], [])]


def test_a_tenant_sees_ways_of_its_own_alone(world: ResourceWorld) -> None:
    ways = world.tina("GET", "/whocan", query="audience=risk-engine").members
    assert [one["party"]["principal"] for one in ways["items"]] == ["partner/sync"]


@pytest.mark.parametrize("query", ["", "scope=x", "audience=a&principal=b", "principal=b&scope=x", "audience=A"])
def test_a_question_about_nobody_is_refused(world: ResourceWorld, query: str) -> None:
    assert world.call("GET", "/whocan", query=query).code == "malformed_query"


def revoke(world: ResourceWorld, what: RevocationTarget, value: str, at: int = NOW) -> None:
    world.state.revoke(Revocation(RevocationKey(what, value), at, at + 10_000, "admin/alice"))


@pytest.mark.parametrize(
    ("what", "value"),
    [
        (RevocationTarget.PRINCIPAL, "partner/sync"),
        (RevocationTarget.ISSUER, "acme"),
        (RevocationTarget.MAPPING, "sync"),
        (RevocationTarget.ALL, ""),
    ],
)
def test_what_was_revoked_is_refused_as_the_commit_would(
    world: ResourceWorld, what: RevocationTarget, value: str
) -> None:
    revoke(world, what, value, NOW - 5)
    told = asked(world, claims={**CLAIMS, "iat": NOW - 10}).members
    assert (told["allowed"], told["decision"], told["suggestions"]) == (False, None, [])
    assert (told["refusal"]["reason"], told["refusal"]["step"]) == ("token_revoked", "revocations")
    assert told["refusal"]["detail"] == f"{what} {value}"
    assert [one["outcome"] for one in told["steps"] if one["step"] in ("lifetime", "revocations")] == ["ok", "refused"]


def test_what_was_issued_after_a_revocation_is_not_revoked(world: ResourceWorld) -> None:
    revoke(world, RevocationTarget.PRINCIPAL, "partner/sync", NOW - 60)
    told = asked(world, claims={**CLAIMS, "iat": NOW - 10}).members
    assert (told["allowed"], told["steps"][-1]["detail"]) == (True, "nothing that it rests on is revoked")


def test_without_a_look_at_revocations_there_is_no_answer(world: ResourceWorld) -> None:
    world.state.failing = True
    assert asked(world, claims=CLAIMS).status == 503


def test_who_acts_may_be_named_by_a_token_or_claims_alone(world: ResourceWorld) -> None:
    acting = {**CLAIMS, "sub": "tool"}
    whole = asked(world, claims=CLAIMS, actor={"claims": acting}).members
    assert whole["allowed"] is False
    assert asked(world, claims=CLAIMS, actor=acting).members == whole
    named = asked(world, claims=CLAIMS, actor={"token": "a.b.c"}).members
    assert asked(world, claims=CLAIMS, actor="a.b.c").members == named


def test_audiences_and_scopes_are_words_or_lists_of_them(world: ResourceWorld) -> None:
    words = asked(world, claims=CLAIMS).members
    assert words["allowed"] is True
    assert asked(world, claims=CLAIMS, audience=["risk-engine"], scope=["risk:read"]).members == words
    wrong = asked(world, claims=CLAIMS, scope=[1])
    assert (wrong.status, wrong.pointers) == (422, ["/scope"])
