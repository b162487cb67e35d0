"""The first exchange, end to end: HTTP, real keys, every provider, and what the audit trail keeps of it."""

import time
from typing import Any

import jwt
import pytest

from federation.oauth.reasons import Reason
from federation.version import VERSION
from tests.support.bridge_server import AUDIENCE, OTHER_AUDIENCE, OTHER_RESOURCE, READ, RESOURCE, WRITE, Bridge
from tests.support.bridge_trust import IDENTITIES

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
JWT = "urn:ietf:params:oauth:token-type:jwt"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_foreign_token_becomes_ours(bridge: Bridge, name: str) -> None:
    answer = bridge.exchange(name)
    claims = bridge.verify(answer)
    assert claims["sub"] == claims["client_id"] == IDENTITIES[name].principal
    assert (claims["aud"], claims["scope"], claims["tenant"]) == (AUDIENCE, READ, "acme")
    assert claims["fed"]["iss"] == IDENTITIES[name].issuer


def test_the_token_is_an_access_token_of_rfc_9068(bridge: Bridge) -> None:
    answer = bridge.exchange()
    claims = bridge.verify(answer)
    assert jwt.get_unverified_header(answer.members["access_token"])["typ"] == "at+jwt"
    assert claims.keys() >= {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}
    assert claims["env"] == "prod"


def test_the_token_never_outlives_its_subject_token_or_its_grant(bridge: Bridge) -> None:
    soon = int(time.time()) + 90
    short = bridge.verify(bridge.exchange(subject_token=bridge.token("partner", exp=soon)))
    usual = bridge.exchange()
    assert short["exp"] <= soon
    assert usual.members["expires_in"] == 120
    assert bridge.verify(usual)["exp"] - bridge.verify(usual)["iat"] == 120


@pytest.mark.parametrize("token_type", [JWT, ACCESS_TOKEN])
def test_the_requested_token_type_is_the_issued_one(bridge: Bridge, token_type: str) -> None:
    answer = bridge.exchange(requested_token_type=token_type)
    assert answer.members["issued_token_type"] == token_type


@pytest.mark.parametrize("target", [{"audience": None, "resource": RESOURCE}, {"resource": RESOURCE}])
def test_a_target_may_be_named_by_its_resource_or_by_both(bridge: Bridge, target: dict[str, str | None]) -> None:
    assert bridge.verify(bridge.exchange(**target))["aud"] == AUDIENCE


def test_two_targets_are_one_token_for_both(bridge: Bridge) -> None:
    form = [*bridge.form(scope=READ), ("resource", OTHER_RESOURCE)]
    answer = bridge.post(form)
    claims = bridge.verify(answer)
    assert sorted(claims["aud"]) == sorted([AUDIENCE, OTHER_AUDIENCE])
    assert claims["scope"] == READ


def test_repeated_audiences_are_both_meant(bridge: Bridge) -> None:
    answer = bridge.post([*bridge.form(scope=READ), ("audience", OTHER_AUDIENCE)])
    assert sorted(bridge.verify(answer)["aud"]) == sorted([AUDIENCE, OTHER_AUDIENCE])


def test_a_scope_that_not_every_target_grants_is_refused(bridge: Bridge) -> None:
    answer = bridge.post([*bridge.form(scope=WRITE), ("audience", OTHER_AUDIENCE)])
    assert (answer.status, answer.members["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("requested", "issued"),
    [(None, READ), (READ, READ), (f"{READ} {WRITE}", f"{READ} {WRITE}"), (f"{READ} {READ}", READ)],
)
def test_the_scope_is_what_was_asked_for_or_the_default(bridge: Bridge, requested: str | None, issued: str) -> None:
    answer = bridge.exchange(scope=requested)
    assert answer.members["scope"] == issued == bridge.verify(answer)["scope"]


def test_a_grant_of_one_scope_needs_no_default(bridge: Bridge) -> None:
    assert bridge.exchange(audience=OTHER_AUDIENCE).members["scope"] == READ


def test_the_correlation_id_is_in_the_answer_the_token_and_the_record(bridge: Bridge) -> None:
    answer = bridge.post(bridge.form(), {"x-correlation-id": "caller-7"})
    claims = bridge.verify(answer)
    record = bridge.issued_record(claims["jti"])
    assert record is not None
    assert answer.headers["x-correlation-id"] == record["correlation_id"] == claims["txn"]
    assert record["caller_correlation_id"] == "caller-7" != record["correlation_id"]


def test_an_issued_token_has_one_durable_record(bridge: Bridge) -> None:
    claims = bridge.verify(bridge.exchange("github"))
    records = [record for record in bridge.issued_records() if record["jti"] == claims["jti"]]
    assert len(records) == 1
    assert records[0]["outcome"] == "allow"
    assert (records[0]["principal"], records[0]["mapping"]) == ("ci/acme/deployer", "map-github")
    assert records[0]["decided_by"].keys() == {"repository_id", "ref"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://somebody-else.example.com"}, Reason.WRONG_AUDIENCE),
        ({"iss": "https://stranger.example.com"}, Reason.UNTRUSTED_ISSUER),
        ({"exp": 1_700_000_000, "iat": 1_699_999_000}, Reason.TOKEN_EXPIRED),
        ({"sub": "somebody-else"}, Reason.NO_MAPPING),
    ],
)
def test_a_refusal_is_one_log_line_and_no_durable_record(
    bridge: Bridge, changes: dict[str, Any], reason: Reason
) -> None:
    before = len(bridge.issued_records())
    answer = bridge.exchange(subject_token=bridge.token("partner", **changes))
    refusals = bridge.refusals(answer.members["correlation_id"])
    assert len(bridge.issued_records()) == before
    assert [(line["outcome"], line["reason"]) for line in refusals] == [("deny", reason.value)]
    assert answer.members["error_description"].startswith(f"{reason.value}: ")


def test_a_token_of_a_single_use_issuer_is_spent_once(bridge: Bridge) -> None:
    token = bridge.token("once", jti="the-only-time")
    first, second = (bridge.exchange(subject_token=token) for _ in range(2))
    assert (first.status, second.status) == (200, 400)
    assert second.members["error_description"].startswith("token_replayed: ")


def test_a_renamed_repository_is_not_its_predecessor(bridge: Bridge) -> None:
    answer = bridge.exchange(subject_token=bridge.token("github", repository_id="999999"))
    assert answer.members["error_description"].startswith("no_mapping: ")


def test_health_says_the_version_and_no_more(bridge: Bridge) -> None:
    answer = bridge.get("/health")
    assert (answer.status, answer.members) == (200, {"status": "ok", "version": VERSION})
