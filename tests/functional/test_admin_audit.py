"""What an auditor finds over HTTP: who did, on whose behalf, and why a partner's call failed."""

from collections.abc import Iterator

import jwt
import pytest

from tests.support.tenants_laptop import LEDGER, Laptop, tenants_laptop


@pytest.fixture(scope="module")
def laptop() -> Iterator[Laptop]:
    with tenants_laptop() as laptop:
        yield laptop


def jti(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def test_a_token_leads_back_to_the_identity_that_began(laptop: Laptop) -> None:
    answer = laptop.exchange("worker", LEDGER, scope="ledger:read")
    id_ = jti(answer.members["access_token"])
    chain = laptop.admin("GET", f"/audit/{id_}/chain").members
    (link,) = chain["items"]
    assert (link["issuer"], link["subject"], link["principal"]) == ("acme", "worker", "user/acme/worker")
    assert chain["complete"] is True
    by_request = laptop.admin("GET", f"/audit?correlation_id={answer.headers['x-correlation-id']}").members["items"]
    assert [one["jti"] for one in by_request] == [id_]


def test_tokens_are_found_by_whom_they_are_about(laptop: Laptop) -> None:
    id_ = jti(laptop.exchange("clerk", LEDGER).members["access_token"])
    items = laptop.admin("GET", "/audit?principal=user/acme/clerk&since=1h").members["items"]
    assert [one["jti"] for one in items] == [id_]
    boss = laptop.as_admin("boss", "globex")
    assert laptop.admin("GET", f"/audit?jti={id_}", token=boss).members["items"] == []


def test_why_a_partners_call_failed_is_found_out_and_mended(laptop: Laptop) -> None:
    token = laptop.token("newcomer")
    refused = laptop.exchange(audience=LEDGER, token=token, scope="ledger:read")
    assert refused.status == 400
    named = laptop.admin("GET", f"/audit?correlation_id={refused.members['correlation_id']}").members["items"]
    (record,) = named
    assert (record["reason"], record["issuer"], record["claims"]["sub"]) == ("no_mapping", "acme", "newcomer")
    question = {
        "claims": {"iss": record["issuer_url"], **record["claims"]},
        "audience": " ".join(record["requested_audience"]),
        "scope": " ".join(record["requested_scope"]),
    }
    told = laptop.admin("POST", "/explain", question).members
    assert told["refusal"]["reason"] == "no_mapping"
    documents = [edit["document_after"] for edit in told["edits"] if edit["document_after"]]
    assert laptop.admin("POST", "/apply", {"documents": documents}).status == 200
    assert laptop.exchange(audience=LEDGER, token=laptop.token("newcomer"), scope="ledger:read").status == 200
