"""Group C: from whom, for whom, and when."""

import pytest

from federation.model.trust import IssuerKeys
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.verification.verifier import TokenVerifiers
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_world import (
    BRIDGE,
    DISCOVERY,
    IDP,
    JWKS_URI,
    NOW,
    claims,
    jwks,
    refusal,
    token,
    trusted,
    without,
    world,
)
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed
from tests.support.jose_vectors import Vector, vectors

HOUR = 3600


def refused(vector: Vector) -> bool:
    """Refused for the right reason, with keys that are a fetch away and not fetched."""
    web = FakeFetcher({DISCOVERY: {"issuer": IDP, "jwks_uri": JWKS_URI}, JWKS_URI: jwks(rsa_key())})
    discovered = trusted(keys=IssuerKeys(discovery=True))
    text = signed(vector.header, vector.claims, rsa_key())
    return refusal(world(discovered, web=web), text) is vector.reason and web.fetched == []


@pytest.mark.parametrize("vector", vectors("C1"))
def test_C1_an_issuer_is_compared_character_by_character(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("vector", vectors("C2"))
def test_C2_an_issuer_is_one_whole_string(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize(
    "iss",
    ["https://evil.example.net", "https://169.254.169.254", "http://127.0.0.1:9001", "file:///etc/passwd", BRIDGE],
)
def test_C3_a_stranger_causes_no_question_to_anybody(iss: str) -> None:
    web = FakeFetcher()
    w = world(trusted(keys=IssuerKeys(discovery=True)), web=web)
    assert refusal(w, token(claims(iss=iss))) is Reason.UNTRUSTED_ISSUER
    assert web.fetched == []


def test_C3_without_any_trusted_issuer_everybody_is_a_stranger() -> None:
    w = world()
    w.directory.current = ()
    assert refusal(w, token()) is Reason.UNTRUSTED_ISSUER


@pytest.mark.parametrize("vector", vectors("C4"))
def test_C4_a_token_for_nobody_is_refused(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("vector", vectors("C5"))
def test_C5_a_token_for_somebody_else_is_refused(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("vector", vectors("C6"))
def test_C6_a_token_for_us_and_others_is_refused(vector: Vector) -> None:
    assert refused(vector)


def test_C6_a_list_of_us_alone_is_accepted() -> None:
    assert world().verify(token(claims(aud=[BRIDGE]))).subject == "workload-1"


@pytest.mark.parametrize("vector", vectors("C7"))
def test_C7_an_audience_is_compared_character_by_character(vector: Vector) -> None:
    assert refused(vector)


def test_C7_the_audiences_of_the_document_replace_ours() -> None:
    w = world(trusted(audiences=("api://bridge", "sts.example.com")))
    assert w.verify(token(claims(aud="api://bridge"))).issuer.id == "idp"
    assert w.verify(token(claims(aud=["sts.example.com"]))).issuer.id == "idp"
    assert refusal(w, token()) is Reason.WRONG_AUDIENCE
    assert refusal(w, token(claims(aud=["api://bridge", "sts.example.com"]))) is Reason.WRONG_AUDIENCE


@pytest.mark.parametrize("vector", vectors("C8"))
def test_C8_a_token_outside_its_time_is_refused_though_well_signed(vector: Vector) -> None:
    assert refusal(world(), signed(vector.header, vector.claims, rsa_key())) is vector.reason


def test_C8_a_token_older_than_its_issuer_is_trusted_for_is_refused() -> None:
    w = world(trusted(max_token_age=HOUR))
    assert w.verify(token(claims(iat=NOW - HOUR, exp=NOW)))
    assert w.verify(token(claims(iat=NOW - HOUR - 60, exp=NOW - 60)))
    assert refusal(w, token(claims(iat=NOW - HOUR - 61, exp=NOW - 60))) is Reason.TOKEN_LIVES_TOO_LONG
    assert refusal(w, token(claims(iat=NOW - HOUR - 61, exp=NOW - 61))) is Reason.TOKEN_EXPIRED


def test_C8_the_longest_life_is_the_issuers_setting() -> None:
    year = 365 * 24 * HOUR
    text = token(claims(iat=NOW, exp=NOW + year))
    assert refusal(world(trusted(max_token_age=year - 1)), text) is Reason.TOKEN_LIVES_TOO_LONG
    assert world(trusted(max_token_age=year)).verify(text).expires_at == NOW + year


def test_C8_without_iat_what_is_left_counts() -> None:
    w = world(trusted(max_token_age=HOUR))
    assert w.verify(token({**without("iat"), "exp": NOW + HOUR})).issued_at == NOW
    assert refusal(w, token({**without("iat"), "exp": NOW + HOUR + 1})) is Reason.TOKEN_LIVES_TOO_LONG


@pytest.mark.parametrize(("exp", "reason"), [(NOW - 60, None), (NOW - 61, Reason.TOKEN_EXPIRED)])
def test_C9_a_token_that_expired_a_minute_ago_is_the_last_accepted(exp: int, reason: Reason | None) -> None:
    text = token(claims(iat=exp - 300, exp=exp))
    if reason is None:
        assert world().verify(text).expires_at == exp
    else:
        assert refusal(world(), text) is reason


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_C9_a_token_of_the_next_minute_is_the_last_accepted(name: str) -> None:
    assert world().verify(token(claims(**{name: NOW + 60})))
    assert refusal(world(), token(claims(**{name: NOW + 61}))) is Reason.TOKEN_NOT_YET_VALID


DECLARED = {
    TokenType.JWT: {None, "JWT"},
    TokenType.ID_TOKEN: {None, "JWT"},
    TokenType.ACCESS_TOKEN: {None, "JWT", "at+jwt"},
}


@pytest.mark.parametrize("typ", [None, "JWT", "at+jwt", "id+jwt", "client-authentication+jwt"])
@pytest.mark.parametrize("declared", DECLARED)
def test_C10_the_declared_type_must_fit_the_token(typ: str | None, declared: TokenType) -> None:
    header = {"alg": "RS256", "kid": "rsa-1", **({} if typ is None else {"typ": typ})}
    if typ in DECLARED[declared]:
        assert world().verify(token(header=header), declared).token_type is declared
    else:
        assert refusal(world(), token(header=header), declared) is Reason.WRONG_TOKEN_TYP


def test_C10_a_token_of_our_own_is_no_foreign_token() -> None:
    header = {"alg": "RS256", "kid": "rsa-1", "typ": "at+jwt"}
    own = token(claims(iss=BRIDGE), header=header)
    assert refusal(world(), own, TokenType.ACCESS_TOKEN) is Reason.UNTRUSTED_ISSUER


def test_C11_a_disabled_issuer_is_refused_from_the_next_token_on() -> None:
    w = world()
    w.verify(token())
    w.directory.current = (trusted(enabled=False, version=2),)
    assert refusal(w, token()) is Reason.UNTRUSTED_ISSUER
    with pytest.raises(InvalidRequest) as refused_with:
        w.verify(token())
    assert refused_with.value.detail == "disabled"
    assert "disabled" not in refused_with.value.description


def test_C11_a_deleted_issuer_is_refused_from_the_next_token_on() -> None:
    w = world()
    w.verify(token())
    w.directory.current = ()
    assert refusal(w, token()) is Reason.UNTRUSTED_ISSUER


def test_C12_two_documents_of_one_issuer_are_parted_by_audience() -> None:
    w = world(trusted(id="a", audiences=("tenant-a",)), trusted(id="b", audiences=("tenant-b", "tenant-c")))
    assert w.verify(token(claims(aud="tenant-a"))).issuer.id == "a"
    assert w.verify(token(claims(aud="tenant-c"))).issuer.id == "b"
    assert refusal(w, token(claims(aud="tenant-d"))) is Reason.WRONG_AUDIENCE


def test_C12_two_documents_that_both_match_are_one_too_many() -> None:
    w = world(trusted(id="a"), trusted(id="b", audiences=(BRIDGE, "other")))
    assert refusal(w, token()) is Reason.AMBIGUOUS_ISSUER
    assert w.verify(token(claims(aud="other"))).issuer.id == "b"


def test_C12_a_disabled_document_is_no_second_match() -> None:
    w = world(trusted(id="a"), trusted(id="b", enabled=False))
    assert w.verify(token()).issuer.id == "a"


def test_C12_documents_of_one_issuer_keep_their_own_keys_and_rules() -> None:
    theirs = rsa_key("theirs")
    w = world(trusted(id="a", audiences=("a",)), trusted(theirs, id="b", audiences=("b",), max_token_age=100))
    assert refusal(w, token(claims(aud="a"), key=theirs)) is Reason.UNKNOWN_KEY
    assert refusal(w, token(claims(aud="b"), key=theirs)) is Reason.TOKEN_LIVES_TOO_LONG


def test_C_an_actor_token_of_an_unknown_kind_is_refused_and_never_dropped() -> None:
    request = ExchangeRequest(token(), TokenType.JWT, actor_token=token(), actor_token_type=TokenType.JWT)
    with pytest.raises(InvalidRequest) as refused_with:
        TokenVerifiers({}).verify_actor(request)
    assert refused_with.value.reason is Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE
    assert TokenVerifiers({}).verify_actor(ExchangeRequest(token(), TokenType.JWT)) is None
