import hashlib
import json

from federation.model.json import Claims
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, text
from federation.verification.issuers import TrustedIssuers
from federation.verification.provider import Provider
from federation.verification.verifier import TokenVerifier
from tests.support.issuer_world import BRIDGE, NOW, World, claims, refusal, token, trusted, without, world
from tests.support.jose_keys import rsa_key


def refuse_interns(_issuer: Issuer, members: Claims) -> None:
    if members["role"] == "intern":
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "role")


PICKY = Provider(
    name="picky", table=ClaimsTable(required={"role": text}, accounted=frozenset({"team"})), check=refuse_interns
)


def picky() -> World:
    w = world()
    w.provider = PICKY
    return w


def test_a_verified_token_says_what_was_proven() -> None:
    verified = picky().verify(token(claims(role="admin", team="a", other=1, another=2)), TokenType.ID_TOKEN)
    payload = json.dumps(claims(role="admin", team="a", other=1, another=2), separators=(",", ":"))
    assert {name: getattr(verified, name) for name in verified.__struct_fields__} == {
        "issuer": trusted(),
        "token_type": TokenType.ID_TOKEN,
        "subject": "workload-1",
        "issued_at": NOW,
        "expires_at": NOW + 300,
        "digest": hashlib.sha256(payload.encode()).hexdigest(),
        "claims": json.loads(payload),
        "key_id": "rsa-1",
        "keys_stale": False,
        "keys_as_of": None,
        "unaccounted": ("another", "other"),
        "misshapen": frozenset(),
        "own": None,
        "client": None,
    }


def test_the_providers_table_is_enforced() -> None:
    assert refusal(picky(), token()) is Reason.MALFORMED_CLAIMS
    assert refusal(picky(), token(claims(role=""))) is Reason.MALFORMED_CLAIMS


def test_when_the_person_signed_in_is_enforced() -> None:
    w = world(trusted(max_auth_age=600))
    assert w.verify(token(claims(auth_time=NOW - 600))).subject == "workload-1"
    assert refusal(w, token(claims(auth_time=NOW - 700))) is Reason.AUTHENTICATION_TOO_OLD


def test_the_providers_own_check_is_enforced() -> None:
    assert refusal(picky(), token(claims(role="intern"))) is Reason.IDENTITY_REFUSED


def test_a_token_that_is_accepted_once_needs_a_jti() -> None:
    assert refusal(world(trusted(single_use=True)), token(without("jti"))) is Reason.MALFORMED_CLAIMS
    assert world(trusted(single_use=True)).verify(token()).claims["jti"] == "j-1"


def test_the_provider_is_asked_for_by_the_name_in_the_document() -> None:
    w, names = world(trusted(provider="github")), list[str]()

    def provider_named(name: str) -> Provider:
        names.append(name)
        return w.provider

    verifier = TokenVerifier(TrustedIssuers(w.directory, BRIDGE), w.keys, provider_named, w.clock)
    w.verifier = verifier
    w.verify(token())
    assert names == ["github"]


def test_nothing_of_a_token_is_judged_before_its_signature() -> None:
    forged = token(
        claims(sub="", exp=0, jti=1, role="intern"), key=rsa_key("forger"), header={"alg": "RS256", "kid": "rsa-1"}
    )
    assert refusal(picky(), forged) is Reason.BAD_SIGNATURE


def test_a_token_does_not_show_in_the_repr_of_what_it_proved() -> None:
    assert "canary" not in repr(world().verify(token(claims(note="canary"))))
