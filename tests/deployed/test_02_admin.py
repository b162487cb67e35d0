"""The first admin comes from the deployment's parameters, and writes all other trust over the admin API."""

import json
from typing import Any

import pytest

from federation.client.admin import AdminRefused
from federation.client.exchange import Refused
from tests.deployed.caller import Caller
from tests.deployed.roles import Session
from tests.deployed.sam import Stack
from tests.deployed.trust import READ
from tests.support.eventually import eventually


def test_the_first_admin_of_the_parameters_comes_in(caller: Caller) -> None:
    assert eventually(lambda: _comes_in(caller, "alice"))


def test_nobody_else_of_that_issuer_does(caller: Caller) -> None:
    with pytest.raises(Refused) as refused:
        caller.admin("mallory")
    assert refused.value.error == "invalid_request"


def test_its_keys_were_fetched_where_it_publishes_them(caller: Caller) -> None:
    assert "/jwks" in caller.idp.server.asked


def test_what_is_planned_is_applied_once(caller: Caller, session: Session) -> None:
    api = caller.admin()
    documents = caller.parties.documents(caller.url, session.role_id)
    planned = api.post("/plan", {"documents": documents}).members
    assert {one["action"] for one in planned["changes"]} == {"create"}
    asked = {"documents": documents, "base": planned["base"], "reason": "the deployed suite"}
    assert len(api.post("/apply", asked).members["changes"]) == len(documents)
    with pytest.raises(AdminRefused) as refused:
        api.post("/apply", asked)
    assert refused.value.status == 409


def test_every_write_is_in_the_history_with_who_and_why(caller: Caller) -> None:
    (version,) = caller.admin().get("/history/mappings/sync").members["items"]
    changed = version["changed"]
    assert (changed["who"], changed["why"]) == ("admin/first", "the deployed suite")


def test_by_iam_one_right_applies_and_another_lets_what_is_dangerous_hold(
    caller: Caller, deployed: Stack, session: Session
) -> None:
    """Everybody may act for it, which a document must say twice and two rights must want."""
    lent = {"kind": "Mapping", "id": "lent", "issuer": "partner", "match": {"sub": "lent"}, "principal": "partner/lent"}
    grants = {"grants": [{"audience": "tool", "scopes": [READ]}], "may_act": ["*"], "dangerous": True}
    documents = [*caller.parties.documents(caller.url, session.role_id), {**lent, **grants}]
    applied = _invoked(deployed, "ApplyTrustFunctionName", {"documents": documents, "reason": "a drill"})
    assert applied["created"] == ["Mapping lent"]
    (pending,) = applied["pending"]
    confirmed = _invoked(deployed, "ConfirmTrustFunctionName", {**pending, "reason": "a drill"})
    assert confirmed["confirmed"]["version"] == pending["version"] + 1


def test_by_iam_what_is_found_elsewhere_now_is_filed_there(caller: Caller, deployed: Stack, session: Session) -> None:
    moving: dict[str, Any] = {"kind": "Mapping", "id": "moving", "issuer": "partner", "principal": "partner/moving"}
    moving["grants"] = [{"audience": "tool", "scopes": [READ]}]
    for subject in ("moving-*", "moved"):  # a pattern is an item of its own, which is deleted
        documents = [*caller.parties.documents(caller.url, session.role_id), {**moving, "match": {"sub": subject}}]
        _invoked(deployed, "ApplyTrustFunctionName", {"documents": documents, "reason": "a drill"})
    assert caller.exchange(caller.parties.partner_token(caller.url, "moving-1"), "tool").status == 400
    assert caller.exchange(caller.parties.partner_token(caller.url, "moved"), "tool").status == 200


def _invoked(deployed: Stack, output: str, payload: dict[str, Any]) -> Any:  # noqa: ANN401 (JSON)
    body = json.dumps(payload).encode()
    answer = deployed.client("lambda").invoke(FunctionName=deployed.outputs[output], Payload=body)
    return json.loads(answer["Payload"].read())


def _comes_in(caller: Caller, subject: str) -> bool:
    try:
        return bool(caller.admin(subject).get("/issuers").members["items"])
    except Refused:
        return False  # the function that writes them has not run yet
