"""What an auditor finds over HTTP: who did, on whose behalf, and why a partner's call failed."""

import jwt

from federation.oauth.identifiers import TokenType
from tests.support.tenants_laptop import LEDGER, PAYMENTS, Laptop


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


def test_what_was_exchanged_and_refused_is_among_the_numbers(laptop: Laptop) -> None:
    def counted(what: str, token: str = "") -> float:
        told = laptop.admin("GET", "/stats", token=token).members[what]
        return sum(sum(one["values"]) for one in told["by_issuer"] if one["issuer"] == "acme")

    issued, refused = counted("exchanges"), counted("refusals")
    laptop.exchange("worker", LEDGER, scope="ledger:read")
    laptop.exchange(audience=LEDGER, token=laptop.token("stranger"), scope="ledger:read")
    assert (counted("exchanges"), counted("refusals")) == (issued + 1, refused + 1)
    boss = laptop.as_admin("boss", "globex")
    assert (counted("exchanges", boss), counted("refusals", boss)) == (0, 0)


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


def handed_on(laptop: Laptop, token: str, actor: str) -> str:
    acting = {"actor_token": laptop.token(actor), "actor_token_type": TokenType.JWT.value}
    answer = laptop.exchange(audience=LEDGER, token=token, subject_token_type=TokenType.ACCESS_TOKEN.value, **acting)
    assert answer.status == 200, answer.members
    return str(answer.members["access_token"])


def test_a_chain_tells_what_was_made_of_a_token_and_what_ended_it(laptop: Laptop) -> None:
    for holder, following in (("worker", "clerk"), ("clerk", "boss")):
        document = laptop.admin("GET", f"/mappings/acme-{holder}").members["document"]
        changed = {**document, "may_act": [f"user/acme/{following}"]}
        assert laptop.admin("POST", "/apply", {"documents": [changed]}).status == 200
    first = str(laptop.exchange("worker", LEDGER).members["access_token"])
    second = handed_on(laptop, first, "clerk")
    third = handed_on(laptop, second, "boss")
    one, two, three = map(jti, (first, second, third))
    boss, other = laptop.as_admin("boss"), laptop.as_admin("boss", "globex")
    assert laptop.admin("POST", "/revocations", {"jti": two, "reason": "leaked"}, token=boss).status == 201
    everywhere = {"principal": "user/acme/clerk", "reason": "drill"}
    assert laptop.admin("POST", "/revocations", everywhere).status == 201
    chain = laptop.admin("GET", f"/audit/{two}/chain", token=boss).members
    assert [link["jti"] for link in chain["items"]] == [two, one]
    assert [(link["jti"], link["record"]["parent_jti"]) for link in chain["children"]] == [(three, two)]
    assert (chain["complete"], chain["children_complete"]) == (True, True)
    ended, clerks = sorted(chain["revocations"], key=lambda each: str(each["what"]))
    assert (ended["by"], ended["reason"], sorted(ended["covers"])) == ("user/acme/boss", "leaked", sorted((two, three)))
    assert (clerks["what"], clerks["by"], clerks["reason"]) == ("principal", None, None)
    assert sorted(clerks["covers"]) == sorted((two, three))
    assert "revocation_keys" not in chain["items"][0]["record"]
    told = laptop.admin("GET", f"/audit/{one}/chain").members["revocations"]
    assert sorted((each["reason"] for each in told), reverse=True) == ["leaked", "drill"]
    assert laptop.admin("GET", f"/audit/{two}/chain", token=other).status == 404


def test_who_gave_the_approval_stands_in_the_record(laptop: Laptop) -> None:
    asking = laptop.exchange("clerk", PAYMENTS)
    id_ = asking.members["approval_id"]
    decided = laptop.admin("POST", f"/approvals/{id_}/approve", {"reason": "invoice 7"}, token=laptop.as_admin("boss"))
    assert decided.status == 200
    token = jti(laptop.exchange("clerk", PAYMENTS).members["access_token"])
    (link,) = laptop.admin("GET", f"/audit/{token}/chain").members["items"]
    assert (link["approval"], link["record"]["approved_by"]) == (id_, "user/acme/boss")


def test_a_mapping_and_a_client_are_found_by_what_is_filed_and_globs_by_looking(laptop: Laptop) -> None:
    id_ = jti(laptop.exchange("clerk", LEDGER).members["access_token"])

    def found(query: str) -> list[str]:
        return [one["jti"] for one in laptop.admin("GET", f"/audit?{query}").members["items"]]

    assert id_ in found("mapping=acme-clerk")
    assert id_ in found("since=1h&mapping=acme-c*&audience=led*")
    assert id_ not in found("mapping=acme-worker")
    assert found("until=2020-01-01&since=2019-12-31") == []
