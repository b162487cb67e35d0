"""Explaining gives nothing away: no token comes of it, and none is found in it (ATTACKS P3, O6)."""

import json
import re

import pytest
from msgspec.structs import replace

from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.render import render
from federation.model.json import Json
from tests.support.admin_trust import BRIDGE, CLAIMS, ISSUER, MAPPING, NOW, trust
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

COMPACT = re.compile(r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")


def token(**changes: Json) -> str:
    key = rsa_key()
    claims: dict[str, Json] = {**CLAIMS, "aud": BRIDGE, "iat": NOW, "exp": NOW + 600, **changes}
    return signed({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, claims, key)


def asking(text: str, actor: str | None = None) -> Question:
    acting = None if actor is None else Identity(token=actor)
    return Question(Identity(token=text), NOW, acting, audiences=("risk-engine",))


TOKENS = {
    "good": token(),
    "unmapped": token(sub="nobody"),
    "expired": token(exp=NOW - 600),
    "for somebody else": token(aud="other"),
    "of a stranger": token(iss="https://stranger.example.net"),
    "broken": token().replace(".", ".."),
    "no token": "a" * 600,
    "two segments": token().rpartition(".")[0],
}


def told(question: Question, **issuer: Json) -> str:
    return json.dumps(render(explain(trust({**ISSUER, **issuer}), question, BRIDGE)))


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("keys", [ISSUER["keys"], {"discovery": True}])
def test_P3_no_text_of_a_token_is_in_its_explanation(name: str, keys: Json) -> None:
    text = TOKENS[name]
    for question in (asking(text), asking(token(), text)):
        explanation = told(question, keys=keys)
        for part in (text, *text.split(".")):
            assert len(part) < 16 or part not in explanation


@pytest.mark.parametrize("name", TOKENS)
def test_P3_a_question_and_what_is_made_of_it_never_show_a_token(name: str) -> None:
    question = asking(TOKENS[name], TOKENS[name])
    assert TOKENS[name] not in repr(question)
    assert TOKENS[name] not in str(render(question))
    assert TOKENS[name] not in repr(explain(trust(), question, BRIDGE))


def test_P3_a_token_that_stands_in_a_claim_is_cut() -> None:
    """A claim may quote another token: what is shown of a value is too short to be one."""
    claims: dict[str, Json] = {**CLAIMS, "sub": token()[:250], "nested": token(), "email": token()}
    snapshot = trust({**MAPPING, "match": {"sub": "worker", "nested": "x"}})
    question = Question(Identity(claims), NOW, audiences=("risk-engine",))
    assert not COMPACT.search(json.dumps(render(explain(snapshot, question, BRIDGE))))


def test_O_nothing_is_minted_or_written_to_explain() -> None:
    snapshot = trust()
    before = dict(snapshot.documents), dict(snapshot.filed), snapshot.policies()
    explanation = explain(snapshot, asking(token()), BRIDGE)
    assert explanation.allowed
    assert not COMPACT.search(json.dumps(render(explanation)))
    assert (dict(snapshot.documents), dict(snapshot.filed), snapshot.policies()) == before


def test_O_an_unsigned_token_is_explained_but_never_called_checked() -> None:
    header, claims, _ = token().split(".")
    unsigned = f"{header}.{claims}."
    assert not explain(trust(), asking(unsigned), BRIDGE).allowed
    forged = f"{header}.{claims}.{'A' * 342}"
    elsewhere = explain(trust({**ISSUER, "keys": {"discovery": True}}), asking(forged), BRIDGE)
    assert elsewhere.step("issuer").facts["signature"] == "not checked"
    assert (elsewhere.allowed, elsewhere.refusal) == (False, None)
    assert elsewhere.undecided
    assert not explain(trust(), asking(forged), BRIDGE).allowed


def test_O_a_secret_that_a_policy_never_asked_for_is_in_no_explanation() -> None:
    claims: dict[str, Json] = {**CLAIMS, "password": "hunter2-hunter2"}
    question = Question(Identity(claims), NOW, audiences=("risk-engine",))
    assert "hunter2" not in json.dumps(render(explain(trust(), question, BRIDGE)))
    assert "hunter2" not in json.dumps(render(explain(trust(), replace(question, audiences=()), BRIDGE)))
