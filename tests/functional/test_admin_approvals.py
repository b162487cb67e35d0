"""Just-in-time approval over HTTP: asked by a policy, answered by a person, used as often as they said."""

from federation.client.http import Answer
from tests.support.eventually import eventually
from tests.support.tenants_laptop import PAYMENTS, Laptop


def asked(laptop: Laptop, subject: str = "worker", tenant: str = "acme") -> str:
    """The id of the approval for which the bridge makes somebody wait."""
    answer = laptop.exchange(subject, PAYMENTS, tenant=tenant)
    assert error(answer) == (400, "authorization_pending")
    assert answer.members["interval"] == 5
    return str(answer.members["approval_id"])


def error(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.members.get("error"))


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.members.get("code"))


def test_what_is_approved_works_as_often_as_was_said_and_not_once_more(laptop: Laptop) -> None:
    id_ = asked(laptop)
    (waiting,) = laptop.admin("GET", "/approvals?state=pending").members["items"]
    assert (waiting["id"], waiting["principal"], waiting["purposes"]) == (id_, "user/acme/worker", ["paying"])
    said = {"lifetime": "10m", "uses": 2, "reason": "invoice 4711"}
    assert laptop.admin("POST", f"/approvals/{id_}/approve", said).members["state"] == "approved"
    assert [laptop.exchange("worker", PAYMENTS).status for _ in range(2)] == [200, 200]
    again = laptop.exchange("worker", PAYMENTS)
    assert again.status == 400
    records = [one for one in laptop.local.trail.all_issued() if one.get("approval") == id_]
    allowed = [("allow", "user/acme/worker")] * 2
    assert sorted((one["outcome"], one["principal"]) for one in records) == [*allowed, ("approved", "user/acme/worker")]
    decision = next(one for one in laptop.lines("approval") if one["approval"] == id_)
    assert (decision["outcome"], decision["decided_by"], decision["uses"]) == ("approved", "admin/laptop", 2)
    assert decision["reason"] == "invoice 4711"


def test_a_denial_is_a_denial(laptop: Laptop) -> None:
    id_ = asked(laptop, "clerk")
    assert laptop.admin("POST", f"/approvals/{id_}/deny", {"reason": "not today"}).members["state"] == "denied"
    answer = laptop.exchange("clerk", PAYMENTS)
    assert error(answer) == (400, "access_denied")
    (refused,) = laptop.local.trail.refused(answer.members["correlation_id"])
    assert (refused["reason"], refused["detail"]) == ("approval_denied", id_)
    assert problem(laptop.admin("POST", f"/approvals/{id_}/approve", {})) == (409, "already_decided")


def test_whoever_asked_cannot_approve_and_their_try_is_on_record(laptop: Laptop) -> None:
    id_ = asked(laptop, "boss")
    boss, chief = laptop.as_admin("boss"), laptop.as_admin("chief")
    refused = laptop.admin("POST", f"/approvals/{id_}/approve", {}, token=boss)
    assert problem(refused) == (403, "own_request")
    tried = next(one for one in laptop.lines("approval") if one["approval"] == id_)
    assert (tried["outcome"], tried["decided_by"]) == ("refused", "user/acme/boss")
    assert error(laptop.exchange("boss", PAYMENTS)) == (400, "authorization_pending")
    assert laptop.admin("POST", f"/approvals/{id_}/approve", {}, token=chief).status == 200
    assert laptop.exchange("boss", PAYMENTS).status == 200


def test_another_tenant_neither_sees_nor_decides(laptop: Laptop) -> None:
    id_ = asked(laptop, "worker", "globex")
    boss = laptop.as_admin("boss", "acme")
    assert id_ not in [one["id"] for one in laptop.admin("GET", "/approvals", token=boss).members["items"]]
    answer = laptop.admin("POST", f"/approvals/{id_}/approve", {}, token=boss)
    assert problem(answer) == (404, "no_such_approval")
    assert laptop.admin("POST", f"/approvals/{id_}/approve", {}, token=laptop.as_admin("boss", "globex")).status == 200


def test_the_log_says_who_waits_and_how_to_answer(laptop: Laptop) -> None:
    id_ = asked(laptop, "clerk", "globex")
    told = eventually(lambda: [one for one in laptop.lines("approval_asked") if one["approval_id"] == id_])
    assert told[0]["approve"] == f"fedbridge approvals approve {id_} --url {laptop.local.url}"


def test_every_operation_is_in_the_document_that_describes_them(laptop: Laptop) -> None:
    paths = laptop.admin("GET", "/openapi.json").members["paths"]
    described = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    assert described >= {
        "GET /admin/v1/approvals",
        "POST /admin/v1/approvals/{id}/approve",
        "POST /admin/v1/approvals/{id}/deny",
        "GET /admin/v1/revocations",
        "POST /admin/v1/revocations",
        "POST /admin/v1/explain",
        "GET /admin/v1/whocan",
        "GET /admin/v1/audit",
        "GET /admin/v1/audit/{jti}/chain",
        "GET /admin/v1/keys",
    }
