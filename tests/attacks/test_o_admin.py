"""Attacks on the admin API, rows O1 to O9."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from federation.admin_api.guard import Admin
from federation.model.history import Change
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.trust import DocumentRef, Kind
from federation.ports import Seen
from tests.support.admin_world import (
    AUDIENCE,
    BRIDGE,
    NOW,
    AdminWorld,
    Document,
    admin_mapping,
    audience,
    issuer,
    mapping,
)
from tests.support.dpop import jkt
from tests.support.fake_trust import SOMEBODY, FakeTrust
from tests.support.jose_keys import ec_key

DOOR = "/admin/v1/mappings"
ZONE: Document = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}


@pytest.fixture
def world() -> AdminWorld:
    return AdminWorld()


# O1


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"}])
def test_O1_without_a_token_nobody_comes_in(world: AdminWorld, headers: Mapping[str, str]) -> None:
    answer = world.send("GET", DOOR, b"", headers)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="federation-bridge"')
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "risk-engine"},
        {"aud": ["federation-admin", "risk-engine"]},
        {"exp": NOW - 1},
        {"iss": "https://else.example.com"},
        {"fed": {"iss": "corp", "mapping": "nobody@1", "decision": "d"}},
        {"fed": {"iss": "acme", "mapping": "alice@1", "decision": "d"}},
        {"tenant": "acme"},
    ],
)
def test_O1_a_token_for_somebody_else_or_of_nobody_opens_nothing(world: AdminWorld, claims: dict[str, Any]) -> None:
    answer = world.call("GET", "/mappings", token=world.token(**claims))
    assert answer.status == 401
    assert "invalid_token" in answer.headers["www-authenticate"]


def test_O1_a_good_token_without_the_scope_is_forbidden(world: AdminWorld) -> None:
    token = world.token(scope="trust:read audit:read")
    assert world.call("GET", "/zones", token=token).status == 200
    answer = world.call("PUT", "/zones/corp", ZONE, token=token, if_none_match="*")
    assert (answer.status, answer.code) == (403, "missing_scope")
    assert "insufficient_scope" in answer.headers["www-authenticate"]


def test_O1_a_token_that_is_bound_to_nothing_is_for_a_laptop_alone() -> None:
    for bearer, status in ((False, 401), (True, 200)):
        world = AdminWorld(bearer=bearer)
        unbound = world.token(cnf=None)
        assert world.send("GET", DOOR, b"", {"authorization": f"Bearer {unbound}"}).status == status


@pytest.mark.parametrize("bearer", [False, True])
def test_O1_a_bound_token_without_its_proof_opens_nothing(*, bearer: bool) -> None:
    world = AdminWorld(bearer=bearer)
    for scheme in ("Bearer", "DPoP"):
        answer = world.send("GET", DOOR, b"", {"authorization": f"{scheme} {world.token()}"})
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("DPoP ")


def test_O1_a_proof_of_another_key_or_for_another_request_opens_nothing(world: AdminWorld) -> None:
    stolen = world.token(cnf={"jkt": jkt(ec_key("somebody else's"))})
    assert world.call("GET", "/mappings", token=stolen).status == 401
    token = world.token()
    for method, path in (("PUT", DOOR), ("GET", "/admin/v1/zones")):
        assert world.send("GET", DOOR, b"", world.headers(method, path, token)).status == 401


def test_O1_a_proof_is_good_once(world: AdminWorld) -> None:
    headers = world.headers("GET", DOOR, world.token())
    assert world.send("GET", DOOR, b"", headers).status == 200
    again = world.send("GET", DOOR, b"", headers)
    assert (again.status, again.code) == (401, "proof_replayed")


@pytest.mark.parametrize(
    "what", [RevocationTarget.JTI, RevocationTarget.PRINCIPAL, RevocationTarget.MAPPING, RevocationTarget.ALL]
)
def test_O1_a_revoked_token_opens_nothing(world: AdminWorld, what: RevocationTarget) -> None:
    token = world.token(jti="j-stolen")
    values = {
        RevocationTarget.JTI: "j-stolen",
        RevocationTarget.PRINCIPAL: "admin/alice",
        RevocationTarget.MAPPING: "alice",
    }
    world.state.revoke(Revocation(RevocationKey(what, values.get(what, "")), NOW, NOW + 3600, "admin/bob"))
    answer = world.call("GET", "/mappings", token=token)
    assert (answer.status, answer.code) == (401, "token_revoked")


def test_O1_an_admin_whose_mapping_was_narrowed_or_disabled_is_none_from_the_next_request_on(world: AdminWorld) -> None:
    token = world.token("bob")
    world.put(admin_mapping("bob", scopes=("trust:read",)), '"1"')
    assert world.call("PUT", "/zones/corp", ZONE, token=token, if_none_match="*").status == 403
    world.put(admin_mapping("bob", enabled=False), '"2"')
    assert world.call("GET", "/zones", token=token).status == 401


# O2


def test_O2_an_admin_of_a_tenant_writes_that_tenants_documents(world: AdminWorld) -> None:
    assert world.put(issuer("acme2", tenant="acme"), who="tina").status == 201
    assert world.put(mapping("sync", "acme2"), who="tina").status == 201
    assert world.put(audience("acme-api", tenant="acme"), who="tina").status == 201


@pytest.mark.parametrize(
    "document",
    [
        issuer("mine"),
        issuer("mine", tenant="other"),
        audience("mine"),
        mapping("mine", "corp"),
        ZONE,
        {"kind": "Policy", "id": "mine", "cedar": "forbid (principal, action, resource);"},
    ],
)
def test_O2_but_no_others(world: AdminWorld, document: Document) -> None:
    answer = world.put(document, who="tina")
    assert (answer.status, answer.code) == (403, "outside_tenant")
    assert world.trust.get(DocumentRef(Kind(document["kind"]), document["id"])) is None


def test_O2_nor_do_they_take_a_document_over_or_give_one_away(world: AdminWorld) -> None:
    assert world.put(audience(tenant="acme"), '"1"', who="tina").status == 403
    world.put(issuer("mine", tenant="acme"), who="tina")
    assert world.put(issuer("mine", tenant="other"), '"1"', who="tina").status == 403
    assert world.put(issuer("mine"), '"1"', who="tina").status == 403
    assert world.put(mapping("tina", "corp"), '"1"', who="tina").status == 403


def test_O2_what_every_admin_comes_in_by_is_for_global_admins(world: AdminWorld) -> None:
    assert world.put({**AUDIENCE, "tenant": "acme"}, '"1"', who="tina").status == 403
    assert world.put(issuer("acme", tenant="acme", max_token_age="30m"), '"1"', who="tina").status == 403
    assert world.put(issuer("acme", tenant="acme", max_token_age="30m"), '"1"').status == 200


def test_O2_nobody_gives_away_more_than_they_have(world: AdminWorld) -> None:
    own = admin_mapping("friend", "acme", ("trust:read", "trust:write"))
    assert world.put(own, who="tina").status == 201
    more = world.put(admin_mapping("boss", "acme", ("trust:write", "keys:write")), who="tina")
    assert (more.status, more.code) == (403, "beyond_own_rights")
    token = world.token("alice", scope="trust:read trust:write")
    path = "/mappings/bob"
    itself = world.call("PUT", path, admin_mapping("bob", match={"sub": "x"}), token=token, if_match='"1"')
    assert (itself.status, itself.code) == (403, "beyond_own_rights")
    world.store({**issuer("other"), "enabled": True})
    vouching = world.call("PUT", "/issuers/corp", issuer(max_token_age="30m"), token=token, if_match='"1"')
    assert (vouching.status, vouching.code) == (403, "beyond_own_rights")


def test_O2_another_tenants_documents_are_not_there(world: AdminWorld) -> None:
    world.store(issuer("other", tenant="other"))
    world.store(mapping("theirs", "other"))
    for path in ("/issuers/other", "/mappings/theirs", "/mappings/alice/", "/history/issuers/other"):
        assert world.call("GET", path, who="tina").status in (400, 404)
    listed = world.call("GET", "/mappings", who="tina").members["items"]
    assert [item["document"]["id"] for item in listed] == ["alice", "bob", "tina"]  # corp is shared
    seen = world.call("GET", "/issuers", who="tina").members["items"]
    assert [item["document"]["id"] for item in seen] == ["acme", "corp"]


def test_O2_a_set_with_one_foreign_document_writes_none(world: AdminWorld) -> None:
    body = {"documents": [audience("own", tenant="acme"), audience("shared")]}
    answer = world.call("POST", "/apply", body, who="tina")
    assert answer.status == 403
    assert world.trust.get(DocumentRef(Kind.AUDIENCE, "own")) is None


def test_O2_a_client_is_no_way_around_it_either(world: AdminWorld) -> None:
    token = world.token("alice", scope="trust:read trust:write")
    client = {
        "kind": "Client",
        "id": "robot",
        "auth": {"method": "private_key_jwt", "jwks_uri": "https://robot.example.com/jwks"},
        "audiences": ["federation-admin"],
        "scopes": ["keys:write"],
        "grants": ["client-credentials"],
        "sender_constraint": "dpop",
    }
    answer = world.call("PUT", "/clients/robot", client, token=token, if_none_match="*")
    assert (answer.status, answer.code) == (403, "beyond_own_rights"), answer.body


# O3


def test_O3_a_write_without_precondition_is_refused(world: AdminWorld) -> None:
    for method in ("PUT", "DELETE"):
        answer = world.call(method, "/audiences/risk-engine", audience() if method == "PUT" else None)
        assert (answer.status, answer.code) == (428, "precondition_required")


@pytest.mark.parametrize(("name", "value"), [("if_match", '"7"'), ("if_none_match", "*")])
def test_O3_a_stale_one_is_refused_and_nothing_is_lost(world: AdminWorld, name: str, value: str) -> None:
    answer = world.call("PUT", "/audiences/risk-engine", audience(), **{name: value})
    assert (answer.status, answer.code) == (412, "stale_version")


def test_O3_what_is_not_there_has_no_version_to_match(world: AdminWorld) -> None:
    assert world.put(ZONE, '"1"').status == 412
    assert world.call("DELETE", "/zones/corp", if_match='"1"').status == 404


@pytest.mark.parametrize("value", ['W/"1"', '"01"', '"x"', '""'])
def test_O3_an_etag_that_was_never_given_out_matches_nothing(world: AdminWorld, value: str) -> None:
    answer = world.put(audience(max_ttl="1m"), value)
    assert (answer.status, answer.code) == (412, "stale_version")
    assert world.call("GET", "/audiences/risk-engine").headers["etag"] == '"1"'


@pytest.mark.parametrize("value", ["*", "1", '"1", "2"', ""])
def test_O3_a_precondition_that_two_readers_could_read_differently_is_none(world: AdminWorld, value: str) -> None:
    assert world.put(audience(), value or " ").status == 400
    both = world.call("PUT", "/audiences/risk-engine", audience(), if_match='"1"', if_none_match="*")
    assert both.status == 400


# O4


@pytest.mark.parametrize(
    "member", ["version", "since", "created_by", "updated", "etag", "confirmation", "filed_under", "pending"]
)
def test_O4_what_the_bridge_says_itself_cannot_be_sent(world: AdminWorld, member: str) -> None:
    answer = world.put({**mapping("new"), member: 7})
    assert (answer.status, answer.pointers) == (422, [f"/{member}"])


def test_O4_nor_a_member_of_an_action_that_it_does_not_know(world: AdminWorld) -> None:
    answer = world.call("POST", "/plan", {"documents": [], "force": True})
    assert (answer.status, answer.pointers) == (422, ["/force"])


# O5


@pytest.mark.parametrize(
    "document",
    [
        issuer("bad", issuer="http://bad.example.com"),
        issuer("bad", issuer="http://127.0.0.1:8080"),
        issuer("bad", algorithms=["HS256"]),
        issuer("bad", algorithms=["none"]),
        issuer("bad", provider="entra", issuer="https://login.microsoftonline.com/common/v2.0"),
        mapping("bad", match={"sub": "*"}),
        mapping("bad", match={"iss": "https://corp.example.com"}),
    ],
)
def test_O5_unsafe_trust_is_refused(world: AdminWorld, document: Document) -> None:
    assert world.put(document).status == 422
    assert world.call("POST", "/apply", {"documents": [document]}).status == 422
    assert world.trust.get(DocumentRef(Kind(document["kind"]), "bad")) is None


# O6


def test_O6_an_issuer_that_mappings_name_is_not_deleted(world: AdminWorld) -> None:
    world.store(issuer("used"))
    world.store(mapping("user", "used", enabled=False))
    answer = world.call("DELETE", "/issuers/used", if_match='"1"')
    assert (answer.status, answer.code) == (409, "document_in_use")
    together = {"deletions": [{"kind": "Issuer", "id": "used"}, {"kind": "Mapping", "id": "user"}]}
    assert world.call("POST", "/apply", together).status == 200
    assert world.trust.get(DocumentRef(Kind.ISSUER, "used")) is None


def test_O6_but_it_may_be_disabled_at_once(world: AdminWorld) -> None:
    world.store(issuer("used"))
    world.store(mapping("user", "used"))
    assert world.put(issuer("used", enabled=False), '"1"').status == 200


def test_O6_the_last_admin_cannot_lock_everybody_out(world: AdminWorld) -> None:
    assert world.call("DELETE", "/mappings/bob", if_match='"1"').status == 204
    for answer in (
        world.call("DELETE", "/mappings/alice", if_match='"1"'),
        world.put(admin_mapping("alice", enabled=False), '"1"'),
        world.put(admin_mapping("alice", scopes=("trust:read",)), '"1"'),
        world.put(issuer(enabled=False), '"1"'),
        world.put({**AUDIENCE, "enabled": False}, '"1"'),
        world.put({**AUDIENCE, "scopes": ["trust:read"]}, '"1"'),
        world.call("POST", "/apply", {"deletions": [{"kind": "Mapping", "id": "alice"}]}),
    ):
        assert (answer.status, answer.code) in ((409, "last_admin"), (422, "invalid_document")), answer.body
    assert world.call("GET", "/mappings/alice").status == 200


class MeanwhileTrust(FakeTrust):
    """Somebody writes right after it was looked who is an admin."""

    meanwhile: Callable[[], object] | None = None

    def admin_mappings(self) -> tuple[str, ...]:
        ids = super().admin_mappings()
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return ids


def test_O6_two_admins_who_delete_each_other_do_not_both_succeed() -> None:
    """Whoever looks at who is left must find that still true when they write."""
    trust = MeanwhileTrust()
    world = AdminWorld(trust)
    trust.meanwhile = lambda: world.call("DELETE", "/mappings/alice", who="bob", if_match='"1"')
    answer = world.call("DELETE", "/mappings/bob", who="alice", if_match='"1"')
    assert (answer.status, answer.code) == (409, "last_admin")
    assert trust.admin_mappings() == ("bob", "tina")


class HastyTrust(FakeTrust):
    """Somebody writes after it was looked at what there is, and before a deletion."""

    meanwhile: Callable[[], object] | None = None

    def delete(
        self,
        ref: DocumentRef,
        version: int,
        change: Change = SOMEBODY,
        *,
        revision: int | None = None,
        seen: Seen | None = None,
    ) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        super().delete(ref, version, change, revision=revision, seen=seen)


@pytest.mark.parametrize("documents", [[], [{**ZONE, "id": "first"}]])
def test_O6_nor_do_they_however_late_the_other_comes(documents: list[Document]) -> None:
    """After the look, and after the first writes of a set: what is written next was not looked at with that."""
    trust = HastyTrust()
    world = AdminWorld(trust)
    trust.meanwhile = lambda: world.call("DELETE", "/mappings/alice", who="bob", if_match='"1"')
    body = {"documents": documents, "deletions": [{"kind": "Mapping", "id": "bob"}]}
    answer = world.call("POST", "/apply", body, who="alice")
    assert (answer.status, answer.code) == (409, "last_admin")
    assert trust.admin_mappings() == ("bob", "tina")


def test_O3_a_plan_of_another_day_is_refused_even_if_there_is_nothing_left_to_do(world: AdminWorld) -> None:
    world.put(ZONE)
    answer = world.call("POST", "/apply", {"documents": [ZONE], "base": world.trust.revision() - 1})
    assert (answer.status, answer.code) == (409, "revision_moved")


# O7


def test_O7_a_cursor_that_was_tampered_with_is_refused(world: AdminWorld) -> None:
    following = world.call("GET", "/mappings", query="limit=1").members["next"]
    swapped = following[:-2] + ("AA" if following[-2:] != "AA" else "BB")
    for text in (swapped, following[:-4], "AAAA", "%00", "a/b", "x" * 600, ""):
        answer = world.call("GET", "/mappings", query=f"cursor={text}")
        assert (answer.status, answer.members["status"]) == (400, 400), text
    assert world.call("GET", "/issuers", query=f"cursor={following}").code == "bad_cursor"


def test_O7_nor_is_one_taken_that_would_go_on_elsewhere_in_the_same_list(world: AdminWorld) -> None:
    following = world.call("GET", "/mappings", query="limit=1").members["next"]
    raw = urlsafe_b64decode(following + "=" * (-len(following) % 4))
    for place in range(len(raw)):
        moved = urlsafe_b64encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]).rstrip(b"=").decode()
        assert world.call("GET", "/mappings", query=f"cursor={moved}").code == "bad_cursor"


@pytest.mark.parametrize("length", [1, 11, 12, 13, 27, 28, 29, 300])
def test_O7_nor_does_one_that_somebody_made_break_anything(world: AdminWorld, length: int) -> None:
    made = urlsafe_b64encode(b"x" * length).rstrip(b"=").decode()
    assert world.call("GET", "/issuers", query=f"cursor={made}").code == "bad_cursor"


@pytest.mark.parametrize("version", ["x", "-1", "0", "\u0663", "9" * 30, ""])
def test_O7_nor_one_that_names_no_version(world: AdminWorld, version: str) -> None:
    made = world.cursors.make("history Issuer corp", version, Admin("admin/alice", frozenset()))
    query = f"cursor={made}"
    assert world.call("GET", "/history/issuers/corp", query=query).code == "bad_cursor"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1e2", "", "9" * 20])
def test_O7_a_page_has_a_sane_size(world: AdminWorld, limit: str) -> None:
    assert world.call("GET", "/mappings", query=f"limit={limit}").status == 400


@pytest.mark.parametrize("query", ["unknown=1", "limit=1&limit=2", "limit", "x" * 5000])
def test_O7_a_query_that_is_not_understood_is_refused(world: AdminWorld, query: str) -> None:
    assert world.call("GET", "/mappings", query=query).status == 400


@pytest.mark.parametrize(
    "id_", ["..", "a/..", "../audiences/risk-engine", "a#b", "a b", "A", "-a", "a\x00", "a%2f", "x" * 64, "\u00e9", ""]
)
def test_O7_an_id_that_none_has_is_refused(world: AdminWorld, id_: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = world.send(method, f"/admin/v1/mappings/{id_}", b"", {})
        assert answer.status in (400, 404, 405), (method, id_)
        assert answer.headers["content-type"] == "application/problem+json"
    assert world.send("GET", "/admin/v1/mappings/..", b"", {}).code == "malformed_path"


# O8


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a\r\nSet-Cookie: x", "\x1b[2J", "\u202egnp", "x" * 2000]
)
def test_O8_text_for_people_is_text_alone(world: AdminWorld, text: str) -> None:
    answer = world.put({**ZONE, "description": text})
    assert (answer.status, answer.pointers) == (422, ["/description"])
    assert world.put({**ZONE, "labels": {"a": text}}).status == 422
    reason = world.put({**ZONE, "reason": text})
    if text.isprintable() and len(text) <= 512:
        assert reason.status == 201
    else:
        assert (reason.status, reason.pointers) == (422, ["/reason"])


def test_O8_a_body_of_any_size_is_refused_before_it_is_read(world: AdminWorld) -> None:
    answer = world.put({**ZONE, "description": "x" * 1024 * 1024})
    assert (answer.status, answer.code) == (413, "request_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"kind":"Zone","kind":"Issuer"}',
        b'\xef\xbb\xbf{"kind":"Zone"}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"id":"\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b"\xff\xfe",
    ],
)
def test_O8_json_that_two_readers_could_read_differently_is_refused(world: AdminWorld, body: bytes) -> None:
    headers = {"if-none-match": "*", "content-type": "application/json"}
    proven = world.headers("PUT", "/admin/v1/zones/corp", world.token())
    answer = world.send("PUT", "/admin/v1/zones/corp", body, {**proven, **headers})
    assert (answer.status, answer.code) == (400, "json_required")


def test_O8_what_was_sent_is_not_in_the_log(world: AdminWorld) -> None:
    world.put({**ZONE, "description": "<script>canary</script>"})
    world.call("GET", "/zones", query="canary=1")
    assert len(world.log.entries) == 2
    assert "canary" not in json.dumps(world.log.entries)


def test_O8_what_is_stored_is_shown_as_json_and_nothing_else(world: AdminWorld) -> None:
    answer = world.call("GET", "/zones")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


# O9


def test_O9_the_same_action_under_the_same_key_has_one_effect_and_one_answer(world: AdminWorld) -> None:
    body = {"documents": [ZONE], "reason": "once"}
    first = world.call("POST", "/apply", body, idempotency_key="k-1")
    assert world.call("DELETE", "/zones/corp", if_match='"1"').status == 204
    again = world.call("POST", "/apply", body, idempotency_key="k-1")
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert world.trust.get(DocumentRef(Kind.ZONE, "corp")) is None


def test_O9_the_key_is_of_one_request_and_of_one_admin(world: AdminWorld) -> None:
    world.call("POST", "/apply", {"documents": [ZONE]}, idempotency_key="k-1")
    other = world.call("POST", "/apply", {"documents": []}, idempotency_key="k-1")
    assert (other.status, other.code) == (422, "key_of_another_request")
    assert world.call("POST", "/apply", {"documents": []}, who="bob", idempotency_key="k-1").status == 200


def test_O9_the_key_is_of_one_precondition_too(world: AdminWorld) -> None:
    world.put(ZONE)
    world.put({**ZONE, "description": "other"}, '"1"')
    path, body = "/history/zones/corp/restore", {"version": 1}
    assert world.call("POST", path, body, if_match='"2"', idempotency_key="k-1").status == 200
    other = world.call("POST", path, body, if_match='"3"', idempotency_key="k-1")
    assert (other.status, other.code) == (422, "key_of_another_request")


def test_O9_a_refusal_is_not_remembered(world: AdminWorld) -> None:
    body = {"documents": [mapping("new", "later")]}
    assert world.call("POST", "/apply", body, idempotency_key="k-1").status == 422
    world.put(issuer("later"))
    assert world.call("POST", "/apply", body, idempotency_key="k-1").status == 200


def test_O9_after_a_day_a_key_is_new(world: AdminWorld) -> None:
    world.call("POST", "/apply", {"documents": [ZONE]}, idempotency_key="k-1")
    (named,) = world.answers.named.values()
    named.began -= 24 * 60 * 60 + 1
    assert world.call("POST", "/apply", {"documents": []}, idempotency_key="k-1").status == 200


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "\u00e9"])
def test_O9_a_key_is_visible_text(world: AdminWorld, key: str) -> None:
    assert world.call("POST", "/apply", {"documents": []}, idempotency_key=key).status == 400


def test_what_is_refused_never_says_what_was_sent(world: AdminWorld) -> None:
    answer = world.send("GET", "/admin/v1/secret-canary", b"", {})
    assert b"canary" not in answer.body
    assert answer.members["type"].startswith(f"{BRIDGE}/.well-known/errors.html#")
