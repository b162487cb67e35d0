"""Explain over HTTP decides as the bridge does: what it says is what happens."""

import pytest

from tests.support.tenants_laptop import LEDGER, PAYMENTS, Laptop


@pytest.mark.parametrize(
    ("subject", "audience", "scope"),
    [
        ("worker", LEDGER, "ledger:post"),
        ("worker", LEDGER, "ledger:delete"),
        ("worker", "nowhere", "x"),
        ("stranger", LEDGER, "ledger:read"),
        ("worker", PAYMENTS, "pay"),
    ],
)
def test_what_is_explained_is_what_happens(laptop: Laptop, subject: str, audience: str, scope: str) -> None:
    token = laptop.token(subject)
    told = laptop.admin("POST", "/explain", {"token": token, "audience": audience, "scope": scope}).members
    answer = laptop.exchange(audience=audience, token=token, scope=scope)
    assert told["allowed"] is (answer.status == 200)
    if not told["allowed"]:
        assert (told["refusal"]["error"], told["refusal"]["reason"]) == (
            answer.members["error"],
            answer.members["error_description"].partition(":")[0],
        )
    assert token.rpartition(".")[2] not in laptop.log.getvalue()


def test_the_smallest_edit_is_written_and_then_it_is_allowed(laptop: Laptop) -> None:
    token = laptop.token("newcomer")
    told = laptop.admin("POST", "/explain", {"token": token, "audience": LEDGER, "scope": "ledger:read"}).members
    documents = [edit["document_after"] for edit in told["edits"] if edit["document_after"]]
    applied = laptop.admin("POST", "/apply", {"documents": documents, "reason": "as explained"})
    assert applied.status == 200, applied.members
    assert laptop.exchange(audience=LEDGER, token=token, scope="ledger:read").status == 200


def test_a_tenants_admin_asks_about_the_tenant(laptop: Laptop) -> None:
    boss = laptop.as_admin("boss")
    own, other = ({"token": laptop.token("worker", tenant), "audience": LEDGER} for tenant in ("acme", "globex"))
    assert laptop.admin("POST", "/explain", own, token=boss).members["allowed"] is True
    assert laptop.admin("POST", "/explain", other).members["allowed"] is True
    told = laptop.admin("POST", "/explain", other, token=boss).members
    assert told["refusal"]["reason"] == "untrusted_issuer", "an issuer that is not theirs to see is none"
    ways = laptop.admin("GET", f"/whocan?audience={LEDGER}", token=boss).members["items"]
    assert {one["party"]["tenant"] for one in ways} == {"acme"}


def test_who_can_reach_what(laptop: Laptop) -> None:
    ways = laptop.admin("GET", f"/whocan?audience={LEDGER}&scope=ledger:post").members["items"]
    assert "user/globex/worker" in [one["party"]["principal"] for one in ways]
    reach = laptop.admin("GET", "/whocan?principal=user/acme/boss").members
    assert {one["audience"] for one in reach["itself"]} == {PAYMENTS, "federation-admin"}


def test_a_plan_says_who_loses_what(laptop: Laptop) -> None:
    """By the trail's own records of this bridge."""
    assert laptop.exchange("clerk", LEDGER, scope="ledger:read").status == 200
    gone = {"deletions": [{"kind": "Mapping", "id": "acme-clerk"}]}
    effects = laptop.admin("POST", "/plan", gone).members["effects"]
    lost = [one for one in effects if one["audience"] == LEDGER]
    assert [(one["principal"], one["after"], one["observed"]) for one in lost] == [("user/acme/clerk", None, 1)]
