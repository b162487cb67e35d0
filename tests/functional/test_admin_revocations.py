"""An admin revokes over HTTP: it holds from the very next exchange, and is on record."""

import jwt

from tests.support.tenants_laptop import LEDGER, Laptop


def jti(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def test_a_revoked_mapping_gets_nothing_for_tokens_of_before(laptop: Laptop) -> None:
    before = laptop.token("clerk")
    assert laptop.exchange("clerk", LEDGER, token=before).status == 200
    answer = laptop.admin("POST", "/revocations", {"mapping": "acme-clerk", "reason": "left the company"})
    assert (answer.status, answer.members["by"]) == (201, "admin/laptop")
    refused = laptop.exchange("clerk", LEDGER, token=before)
    assert refused.members["error_description"].startswith("token_revoked: ")
    listed = laptop.admin("GET", "/revocations").members["items"]
    assert [(one["value"], one["reason"]) for one in listed] == [("acme-clerk", "left the company")]
    (record,) = [one for one in laptop.local.trail.all_issued() if one["outcome"] == "revoked"]
    assert (record["revoked_value"], record["revoked_by"]) == ("acme-clerk", "admin/laptop")


def test_a_tenants_admin_revokes_tokens_of_the_tenant_alone(laptop: Laptop) -> None:
    boss = laptop.as_admin("boss")
    own, other = (jti(laptop.exchange(tenant=tenant).members["access_token"]) for tenant in ("acme", "globex"))
    assert laptop.admin("POST", "/revocations", {"jti": own, "reason": "lost"}, token=boss).status == 201
    assert laptop.admin("POST", "/revocations", {"jti": other, "reason": "lost"}, token=boss).status == 403
    seen = [one["value"] for one in laptop.admin("GET", "/revocations", token=boss).members["items"]]
    assert own in seen
    assert other not in seen


def test_an_admin_who_is_revoked_is_out_at_once(laptop: Laptop) -> None:
    chief = laptop.as_admin("chief", "globex")
    assert laptop.admin("GET", "/approvals", token=chief).status == 200
    body = {"principal": "user/globex/chief", "tenant": "globex", "reason": "a stolen laptop"}
    assert laptop.admin("POST", "/revocations", body).status == 201
    assert laptop.admin("GET", "/approvals", token=chief).status == 401
