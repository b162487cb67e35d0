"""A5-A7: header members that whole products send are tolerated where a document lists them, and never read.

SAP XSUAA and Cloud Foundry UAA send jku, PingAM zip: NONE, Salesforce tnk, ver and tty with every token.
"""

import pytest

from federation.model.json import Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.compact import parse_compact
from tests.support.exchange_world import ISSUER, Bridge, body, bridge, reason
from tests.support.issuer_world import refusal, token, trusted, world
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

HEADER: dict[str, Json] = {"alg": "RS256", "kid": "rsa-1", "typ": "JWT"}
PRODUCTS: dict[str, dict[str, Json]] = {
    "UAA": {"jku": "https://uaa.example.com/token_keys"},
    "Salesforce": {"tnk": "core/prod/00Dxx0000001", "ver": "1.0", "tty": "sfdc-core-token"},
    "PingAM": {"zip": "NONE"},
    "a certificate chain": {"x5c": ["MIIB"], "x5u": "https://keys.example.com/chain.pem"},
    "of another type": {"ver": [1, {"a": None}]},
}
products = pytest.mark.parametrize("members", PRODUCTS.values(), ids=PRODUCTS)


@products
def test_A5_a_listed_member_is_never_read(members: dict[str, Json]) -> None:
    text = token(header={**HEADER, **members})
    assert refusal(world(), text) is Reason.UNSAFE_TOKEN_HEADER
    w = world(trusted(ignored_header_members=frozenset(members)))
    assert w.verify(text).key_id == "rsa-1"
    assert w.web.fetched == []


@products
def test_A5_an_unlisted_member_beside_a_listed_one_is_refused(members: dict[str, Json]) -> None:
    w = world(trusted(ignored_header_members=frozenset(members)))
    assert refusal(w, token(header={**HEADER, **members, "x": 1})) is Reason.UNSAFE_TOKEN_HEADER


ALWAYS: dict[str, dict[str, Json]] = {
    "crit": {"crit": ["exp"]},
    "an empty crit": {"crit": []},
    "b64": {"b64": False},
    "b64 that changes nothing": {"b64": True},
    "enc": {"enc": "A256GCM"},
    "jwk": {"jwk": dict(rsa_key().public)},
    "a zip that compresses": {"zip": "DEF"},
    "zip in lower case": {"zip": "none"},
    "zip of null": {"zip": None},
    "a list of zips": {"zip": ["NONE"]},
}


@pytest.mark.parametrize("members", ALWAYS.values(), ids=ALWAYS)
def test_A6_what_changes_the_signature_is_refused_whatever_a_document_says(members: dict[str, Json]) -> None:
    careless = world(trusted(ignored_header_members=frozenset({"crit", "b64", "enc", "jwk", "zip"})))
    assert refusal(careless, token(header={**HEADER, **members})) is Reason.UNSAFE_TOKEN_HEADER


def test_A5_one_issuers_list_is_not_anothers() -> None:
    lax = trusted(id="lax", issuer="https://lax.example.com", ignored_header_members=frozenset({"jku"}))
    assert refusal(world(trusted(), lax), token(header={**HEADER, "jku": "x"})) is Reason.UNSAFE_TOKEN_HEADER


def test_A5_our_own_tokens_have_no_such_member() -> None:
    with bridge() as made:
        made.write({**ISSUER, "ignored_header_members": ["jku"]})
        ours = body(made.post())["access_token"]
        assert reason(made.post(ours, subject_token_type=TokenType.ACCESS_TOKEN.value)) == "actor_required"
        assert _with_member(made, ours) == "unsafe_token_header"


def _with_member(made: Bridge, ours: str) -> str:
    claims = parse_compact(ours).unverified_claims
    forged = signed({**HEADER, "typ": "at+jwt", "jku": "x"}, dict(claims), rsa_key())
    return reason(made.post(forged, subject_token_type=TokenType.ACCESS_TOKEN.value))


def test_A5_a_reader_that_knows_no_issuer_tolerates_nothing() -> None:
    with pytest.raises(InvalidRequest):
        parse_compact(token(header={**HEADER, "jku": "x"}))
