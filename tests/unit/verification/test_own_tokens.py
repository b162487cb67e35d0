"""Our own tokens: the key set alone says who signed, and nothing about their form is taken for granted."""

import pytest

from federation.model.authorization import Link
from federation.model.binding import Binding
from federation.model.json import Json
from federation.model.keys import SIGNING_KEYS, KeySet, KeyState, SigningKey
from federation.model.own_claims import OwnClaims
from federation.model.tokens import VerifiedToken
from federation.model.trust import DocumentVersion
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.compact import parse_compact
from federation.verification.own_tokens import SELF, OwnTokenVerifier
from tests.support.fake_clock import FixedClock
from tests.support.jose_keys import JoseKey, rsa_key
from tests.support.jose_tokens import signed
from tests.support.trust_values import NOW

OURS = "https://federation.example.com"
KEY = rsa_key("ours")
HEADER: dict[str, Json] = {"alg": "RS256", "kid": "ours", "typ": "at+jwt"}
FED: dict[str, Json] = {"iss": "people", "mapping": "alice@3", "decision": "d", "actor": "planner@7"}
CLAIMS: dict[str, Json] = {
    "iss": OURS,
    "sub": "user/acme/alice",
    "aud": "tools",
    "iat": NOW,
    "exp": NOW + 300,
    "jti": "j-1",
    "client_id": "agent/planner",
    "scope": "cal:read cal:write",
    "txn": "c-1",
    "fed": FED,
    "tenant": "acme",
    "env": "prod",
    "ctx": {"team": "sales"},
    "act": {"sub": "agent/planner"},
}


def signing_key(key: JoseKey = KEY, state: KeyState = KeyState.ACTIVE) -> SigningKey:
    jwk = {name: str(value) for name, value in key.jwk(alg="RS256", use="sig").items()}
    return SigningKey(key.kid, "RS256", "key-1", jwk, state)


def verify(
    claims: dict[str, Json] | None = None,
    header: dict[str, Json] | None = None,
    *,
    key: JoseKey = KEY,
    keys: KeySet | None = KeySet((signing_key(),), version=4),  # noqa: B008  (frozen)
    declared: TokenType = TokenType.ACCESS_TOKEN,
    now: float = NOW,
) -> VerifiedToken:
    token = signed(HEADER | (header or {}), CLAIMS if claims is None else claims, key)
    return OwnTokenVerifier(OURS, lambda: keys, FixedClock(now)).verify(parse_compact(token), declared)


def own(claims: dict[str, Json]) -> OwnClaims:
    verified = verify(claims)
    assert verified.own is not None
    return verified.own


def without(name: str) -> dict[str, Json]:
    return {claim: value for claim, value in CLAIMS.items() if claim != name}


def test_what_our_token_says_is_what_was_minted() -> None:
    assert own(CLAIMS) == OwnClaims(
        jti="j-1",
        principal="user/acme/alice",
        audiences=("tools",),
        scopes=("cal:read", "cal:write"),
        transaction="c-1",
        issuer="people",
        mapping="alice",
        mapping_version=3,
        current_actor="planner",
        holder_version=7,
        key_set=DocumentVersion(SIGNING_KEYS, 4),
        tenant="acme",
        environment="prod",
        context={"team": "sales"},
        act={"sub": "agent/planner"},
        client_id="agent/planner",
        issued_at=NOW,
    )


def test_what_stands_behind_a_delegated_bound_token_is_read_too() -> None:
    link = {"jti": "j-0", "client": "gateway", "mapping": "alice", "iss": "people"}
    fed = {**FED, "actor_iss": "agents", "client": "gateway@2", "chain": [link]}
    detail: Json = {"type": "tool_call", "tool": "search"}
    said = own({**CLAIMS, "fed": fed, "cnf": {"jkt": "t"}, "authorization_details": [detail]})
    assert (said.holder_issuer, said.registered_client, said.binding) == ("agents", "gateway", Binding(jkt="t"))
    assert said.client_version == 2
    assert said.chain == (Link("j-0", "gateway", "alice", "people"),)
    assert said.authorization_details == (detail,)


@pytest.mark.parametrize(
    "cnf", [{}, {"jkt": ""}, {"jkt": 1}, {"kid": "k"}, {"jkt": "t", "x5t#S256": "c"}, {"x5t": "c"}, [], "t", None]
)
def test_a_binding_that_is_not_understood_is_not_dropped(cnf: Json) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        own({**CLAIMS, "cnf": cnf})
    assert refusal.value.reason is Reason.MALFORMED_CLAIMS


@pytest.mark.parametrize("chain", [{}, "j-0", ["j-0"], [{"jti": "j-0"}], [{"jti": 1}], None])
def test_a_chain_of_another_form_is_refused(chain: Json) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        own({**CLAIMS, "fed": {**FED, "chain": chain}})
    assert refusal.value.reason is Reason.MALFORMED_CLAIMS


def test_the_proof_rests_on_the_key_set_and_on_no_issuer_document() -> None:
    verified = verify()
    assert verified.documents == (DocumentVersion(SIGNING_KEYS, 4),)
    assert (verified.issuer.id, verified.issuer.single_use, verified.key_id) == (SELF, False, "ours")


@pytest.mark.parametrize("name", ["tenant", "env", "ctx"])
def test_what_not_every_token_has_may_be_absent(name: str) -> None:
    assert own(without(name)).principal == "user/acme/alice"


def test_without_act_nobody_holds_the_token_but_its_principal() -> None:
    bare = own(without("act"))
    assert (bare.act, bare.current_actor, bare.actors) == (None, None, ())


def test_several_audiences_are_all_named() -> None:
    assert own({**CLAIMS, "aud": ["tools", "calendar"]}).audiences == ("tools", "calendar")


@pytest.mark.parametrize("state", KeyState)
def test_a_key_of_ours_verifies_in_every_state(state: KeyState) -> None:
    """What we remember as the next key may sign by now."""
    assert verify(keys=KeySet((signing_key(state=state),), version=4)).own is not None


@pytest.mark.parametrize(
    ("header", "key", "reason"),
    [
        ({"kid": "theirs"}, rsa_key("theirs"), Reason.UNKNOWN_KEY),
        ({}, rsa_key("theirs"), Reason.BAD_SIGNATURE),
        ({"alg": "PS256"}, KEY, Reason.UNSUPPORTED_ALGORITHM),
        ({"alg": "none"}, KEY, Reason.UNSUPPORTED_ALGORITHM),
        ({"typ": "JWT"}, KEY, Reason.WRONG_TOKEN_TYP),
        ({"typ": "AT+JWT"}, KEY, Reason.WRONG_TOKEN_TYP),
        ({"typ": "application/at+jwt"}, KEY, Reason.WRONG_TOKEN_TYP),
    ],
)
def test_only_our_key_our_algorithm_and_our_typ(header: dict[str, Json], key: JoseKey, reason: Reason) -> None:
    with pytest.raises(InvalidRequest) as caught:
        verify(header=header, key=key)
    assert caught.value.reason is reason


def test_a_token_without_kid_or_typ_is_not_ours() -> None:
    for missing in ("kid", "typ"):
        header = {name: value for name, value in HEADER.items() if name != missing}
        with pytest.raises(InvalidRequest):
            OwnTokenVerifier(OURS, lambda: KeySet((signing_key(),)), FixedClock(NOW)).verify(
                parse_compact(signed(header, CLAIMS, KEY)), TokenType.ACCESS_TOKEN
            )


def test_a_revoked_key_is_in_no_set_and_verifies_nothing() -> None:
    with pytest.raises(InvalidRequest) as caught:
        verify(keys=KeySet((signing_key(rsa_key("newer")),), version=5))
    assert caught.value.reason is Reason.UNKNOWN_KEY


def test_before_the_first_publication_nothing_can_be_ours() -> None:
    with pytest.raises(TemporarilyUnavailable):
        verify(keys=None)


@pytest.mark.parametrize(
    "declared", [kind for kind in TokenType if kind not in (TokenType.ACCESS_TOKEN, TokenType.JWT)]
)
def test_ours_is_declared_as_an_access_token_or_a_jwt(declared: TokenType) -> None:
    assert verify(declared=TokenType.JWT).own is not None
    with pytest.raises(InvalidRequest) as caught:
        verify(declared=declared)
    assert caught.value.reason is Reason.WRONG_TOKEN_TYP


def test_it_has_expired_when_its_exp_has_come() -> None:
    assert verify(now=NOW + 299.9).own is not None
    with pytest.raises(InvalidRequest) as caught:
        verify(now=NOW + 300)
    assert caught.value.reason is Reason.TOKEN_EXPIRED


def nested(depth: int) -> dict[str, Json]:
    act: dict[str, Json] = {"sub": "agent/0"}
    for number in range(1, depth):
        act = {"sub": f"agent/{number}", "act": act}
    return act


def test_a_chain_is_read_to_its_end() -> None:
    assert own({**CLAIMS, "act": nested(4)}).actors == ("agent/3", "agent/2", "agent/1", "agent/0")


TEXTS = ("sub", "jti", "scope", "txn", "tenant", "env")
WRONG: dict[str, list[Json]] = {
    **{name: ["", 1, None] for name in TEXTS},
    **{name: ["1", True, None, 1.5] for name in ("exp", "iat")},
    "aud": [None, "", [], [""], [1], ["tools", None]],
    "fed": [None, "x", {}, {"iss": "people"}, {"iss": "people", "mapping": "alice@3"}, {**FED, "actor": None}],
    "ctx": [None, "x", {"team": 1}, {"team": None}],
    "act": [None, "x", [], {}, {"sub": 1}, {"sub": "a", "act": None}, {"sub": "a", "act": {"act": {}}}, nested(5)],
}


VERSIONS: list[Json] = ["alice", "alice@", "@3", "alice@-3", "alice@\u0663"]
WRONG["fed"].extend({**FED, "mapping": version} for version in VERSIONS)


@pytest.mark.parametrize("changes", [{name: one} for name, values in WRONG.items() for one in values], ids=str)
def test_a_claim_of_another_form_is_refused_although_we_signed_it(changes: dict[str, Json]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        verify({**CLAIMS, **changes})
    assert caught.value.reason is Reason.MALFORMED_CLAIMS


@pytest.mark.parametrize("name", ["sub", "aud", "iat", "exp", "jti", "scope", "txn", "fed"])
def test_a_claim_that_is_missing_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        verify(without(name))
    assert caught.value.reason is Reason.MALFORMED_CLAIMS


@pytest.mark.parametrize("iss", ["https://federation.example.com/", "HTTPS://federation.example.com", "x", None])
def test_another_iss_is_not_ours_whoever_signed(iss: Json) -> None:
    with pytest.raises(InvalidRequest) as caught:
        verify({**CLAIMS, "iss": iss})
    assert caught.value.reason is Reason.UNTRUSTED_ISSUER


def test_a_name_that_two_keys_of_ours_have_is_neithers() -> None:
    twice = KeySet((signing_key(), signing_key(state=KeyState.RETIRED)), version=4)
    verifier = OwnTokenVerifier(OURS, lambda: twice, FixedClock(NOW))
    with pytest.raises(InvalidRequest) as refusal:
        verifier.verify(parse_compact(signed(HEADER, CLAIMS, KEY)), TokenType.ACCESS_TOKEN)
    assert refusal.value.reason is Reason.UNKNOWN_KEY
