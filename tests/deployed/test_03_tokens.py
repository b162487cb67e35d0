"""Every kind of subject and caller, over the deployed API."""

import json
import time
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from federation.client.http import Answer, post_form, send
from federation.client.key import DpopKey
from federation.local.issuers.loopback import generate_key
from federation.oauth.identifiers import FORM, GrantType, TokenType
from tests.deployed.caller import Caller
from tests.deployed.cloud import REGION
from tests.deployed.roles import Session
from tests.deployed.trust import READ, WRITE
from tests.support.eventually import eventually
from tests.support.sts_sessions import Session as StsSession
from tests.support.sts_signing import sign, token

JWK_SET = "application/jwk-set+json"


def test_a_foreign_token_becomes_ours(caller: Caller) -> None:
    claims = caller.verified(caller.exchange(caller.parties.partner_token(caller.url)))
    assert (claims["sub"], claims["scope"], claims["aud"]) == ("partner/sync", READ, "scores")


def test_a_token_that_nobody_vouches_for_is_refused(caller: Caller) -> None:
    forged = caller.parties.people.sign({"iss": "https://partner.example.com", "aud": caller.url, "sub": "worker"})
    assert caller.exchange(forged).members["error"] == "invalid_request"


def test_an_agent_acts_for_a_person_and_a_tool_for_both(caller: Caller) -> None:
    acted = caller.exchange(caller.parties.person_token(caller.url), form=_by_agent(caller))
    assert caller.verified(acted)["act"] == {"sub": "agent/planner"}
    further = caller.exchange(acted.members["access_token"], "tool", _by_agent(caller, "tool"))
    assert caller.verified(further, "tool")["act"] == {"sub": "agent/tool", "act": {"sub": "agent/planner"}}


def test_a_chain_never_widens(caller: Caller) -> None:
    acted = caller.exchange(caller.parties.person_token(caller.url), form={"scope": READ, **_by_agent(caller)})
    wider = {"scope": WRITE, **_by_agent(caller, "tool")}
    assert caller.exchange(acted.members["access_token"], form=wider).members["error"] == "invalid_scope"


def test_a_bound_token_says_to_which_key(caller: Caller) -> None:
    key = DpopKey.generate()
    answer = caller.exchange(caller.parties.partner_token(caller.url), key=key)
    assert answer.members["token_type"] == "DPoP"
    assert caller.verified(answer)["cnf"] == {"jkt": key.thumbprint}


def test_a_proof_is_good_for_one_request(caller: Caller) -> None:
    key, url = DpopKey.generate(), f"{caller.url}/token"
    form = _form(caller.parties.partner_token(caller.url))
    nonce = post_form(url, form, {"dpop": key.proof("POST", url)}).headers["dpop-nonce"]
    proof = key.proof("POST", url, nonce=nonce)
    assert [post_form(url, form, {"dpop": proof}).status for _ in range(2)] == [200, 400]


def test_a_client_asks_for_itself(caller: Caller) -> None:
    form = [("grant_type", GrantType.CLIENT_CREDENTIALS.value), ("audience", "scores"), ("scope", READ)]
    unbound = post_form(f"{caller.url}/token", [*form, *caller.parties.assertion(caller.url)])
    assert unbound.status == 400
    key = DpopKey.generate()
    proof = key.proof("POST", f"{caller.url}/token")
    asked = [*form, *caller.parties.assertion(caller.url)]
    nonce = post_form(f"{caller.url}/token", asked, {"dpop": proof}).headers["dpop-nonce"]
    proven = {"dpop": key.proof("POST", f"{caller.url}/token", nonce=nonce)}
    answer = post_form(f"{caller.url}/token", [*form, *caller.parties.assertion(caller.url)], proven)
    assert caller.verified(answer)["sub"] == "client/risk-api"


def test_an_aws_role_is_a_subject_by_a_signed_request(caller: Caller, session: Session) -> None:
    who = StsSession(session.access_key, session.secret, session.token, "", "", "")
    request = sign(at=time.time(), session=who, headers={"x-fedbridge-server-id": caller.url})
    kind = {"subject_token_type": TokenType.AWS4_REQUEST.value}
    assert caller.verified(caller.exchange(token(request), form=kind))["sub"] == "aws/caller"
    assert caller.exchange(token(request), form=kind).members["error"] == "invalid_request"  # once


def test_an_aws_role_is_a_client_by_its_signature(caller: Caller, session: Session) -> None:
    answer = _signed(caller, session, client_id="nightly")
    assert caller.verified(answer)["client_id"] == "nightly"


@pytest.mark.parametrize("spoil", ["secret", "token"])
def test_whose_signature_is_wrong_never_gets_to_the_function(caller: Caller, session: Session, spoil: str) -> None:
    wrong = session.changed(**{spoil: "x" * 40})
    answer = _signed(caller, wrong, client_id="nightly")
    assert (answer.status, "correlation_id" in answer.members) == (403, False)


def test_a_role_that_may_not_invoke_the_route_is_refused_by_the_gateway(caller: Caller, stranger: Session) -> None:
    assert _signed(caller, stranger, client_id="nightly").status == 403


def test_a_cluster_pushes_its_next_key_and_signs_with_it(caller: Caller) -> None:
    following = generate_key("cluster-2", "RS256")
    assert caller.exchange(caller.parties.pod_token(caller.url, following)).status == 400
    keys = [*caller.parties.cluster.jwks["keys"], *following.jwks["keys"]]
    body = json.dumps({"keys": keys}).encode()
    vouched = {"authorization": f"Bearer {caller.parties.pushing_token(caller.url, body)}"}
    pushed = send(f"{caller.url}/issuers/cluster/keys", "POST", body, {**vouched, "content-type": JWK_SET})
    assert pushed.status == 204, pushed.body
    assert eventually(lambda: caller.exchange(caller.parties.pod_token(caller.url, following)).status == 200)


def test_an_admin_pushes_a_clusters_keys_as_well(caller: Caller) -> None:
    url, body = f"{caller.url}/issuers/cluster/keys", json.dumps(caller.parties.cluster.jwks).encode()
    proven = caller.admin().credential.headers("POST", url)
    assert send(url, "POST", body, {**proven, "content-type": JWK_SET}).status == 204


def test_an_api_introspects_a_token_and_somebody_revokes_it(caller: Caller) -> None:
    issued = str(caller.exchange(caller.parties.partner_token(caller.url)).members["access_token"])
    assert caller.introspect(issued)["active"] is True
    assert post_form(f"{caller.url}/revoke", [("token", issued)]).status == 200
    assert eventually(lambda: caller.introspect(issued) == {"active": False})


def test_a_client_revokes_no_token_of_somebody_else(caller: Caller) -> None:
    issued = str(caller.exchange(caller.parties.partner_token(caller.url)).members["access_token"])
    foreign = [("token", issued), *caller.parties.assertion(caller.url)]
    assert caller.post("/revoke", foreign).members["error"] == "unauthorized_client"
    assert caller.introspect(issued)["active"] is True, "it was issued to somebody else"


def test_an_opaque_token_is_known_by_introspection_alone(caller: Caller) -> None:
    opaque = str(caller.exchange(caller.parties.partner_token(caller.url), "ledger").members["access_token"])
    assert "." not in opaque
    assert caller.introspect(opaque)["sub"] == "partner/sync"


def test_who_proves_nothing_introspects_nothing(caller: Caller) -> None:
    issued = str(caller.exchange(caller.parties.partner_token(caller.url)).members["access_token"])
    assert post_form(f"{caller.url}/introspect", [("token", issued)]).status == 401


def _form(subject: str, audience: str = "scores") -> list[tuple[str, str]]:
    kinds = [("grant_type", GrantType.TOKEN_EXCHANGE.value), ("subject_token_type", TokenType.JWT.value)]
    return [*kinds, ("subject_token", subject), ("audience", audience)]


def _by_agent(caller: Caller, agent: str = "planner") -> dict[str, str]:
    """The agent's own token, beside the subject's."""
    token_ = caller.parties.partner_token(caller.url, agent)
    return {"actor_token": token_, "actor_token_type": TokenType.JWT.value}


def _signed(caller: Caller, session: Session, **form: str) -> Answer:
    """An exchange at /iam/token, signed by SigV4 as an SDK signs it."""
    url = f"{caller.url}/iam/token"
    body = urlencode([*_form(caller.parties.partner_token(caller.url)), *form.items()]).encode()
    request = AWSRequest("POST", url, headers={"Content-Type": FORM}, data=body)
    credentials = Credentials(session.access_key, session.secret, session.token)
    SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
    answer = send(url, "POST", body, {name: str(value) for name, value in request.headers.items()})
    return answer if answer.body.startswith(b"{") else Answer(answer.status, answer.headers, json.dumps({}).encode())
