"""D20-D21: JWT-SVIDs. The trust domain in `sub` says whose bundle verifies the token, and nothing else does."""

from typing import Any

import pytest
from msgspec.structs import replace

from federation.documents.source import InvalidDocuments
from federation.model.json import Json
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named
from federation.verification.verifier import TokenVerifier
from tests.support.issuer_world import BRIDGE, IDP, NOW, World, jwks, refusal, token, trusted, world
from tests.support.jose_keys import JoseKey, ec_key, ed25519_key, rsa_key
from tests.support.provider_bridge import ProviderBridge
from tests.support.spiffe_ids import accepted, refused

EXAMPLE, EVIL = "spiffe://example.org", "spiffe://evil.example"
OURS, THEIRS = rsa_key("ours"), rsa_key("theirs")


def svid_key(key: JoseKey, **members: Json) -> dict[str, Json]:
    return key.jwk(use="jwt-svid", **members)


def domain(name: str = EXAMPLE, key: JoseKey = OURS, **changes: object) -> Issuer:
    keys = IssuerKeys(jwks=jwks(svid_key(key)))
    return replace(trusted(id=name, provider="spiffe", issuer=name, keys=keys), **changes)


def spiffe_world(*issuers: Issuer) -> World:
    """As deployed: every issuer by the rules of its own provider."""
    w = world(*(issuers or (domain(),)))
    w.verifier = TokenVerifier(TrustedIssuers(w.directory, BRIDGE), w.keys, provider_named, w.clock)
    return w


def claims(**changes: Json) -> dict[str, Json]:
    """Those of a JWT-SVID; a change to None leaves the claim out."""
    base: dict[str, Json] = {"sub": f"{EXAMPLE}/ns/prod/sa/web", "aud": [BRIDGE], "exp": NOW + 300, "iat": NOW}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def jwt_svid(payload: Any = None, key: JoseKey = OURS, alg: str = "RS256", **header: Json) -> str:  # noqa: ANN401 (JSON)
    """A signed JWT-SVID; a header member None is left out."""
    members = {"alg": alg, "kid": key.kid, "typ": "JWT", **header}
    return token(claims() if payload is None else payload, key=key, alg=alg, header=_without_none(members))


def _without_none(members: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not None}


def test_D20_a_jwt_svid_is_the_workload_in_its_sub_with_and_without_an_iss() -> None:
    for iss in (None, "https://oidc-discovery.example.org", EXAMPLE):
        verified = spiffe_world().verify(jwt_svid(claims(iss=iss)))
        assert (verified.issuer.issuer, verified.subject) == (EXAMPLE, f"{EXAMPLE}/ns/prod/sa/web")


@pytest.mark.parametrize("text", [text for text in accepted() if text.startswith(f"{EXAMPLE}/") and len(text) <= 255])
def test_D20_every_spiffe_id_of_the_trust_domain_is_a_workload(text: str) -> None:
    assert spiffe_world().verify(jwt_svid(claims(sub=text))).subject == text


@pytest.mark.parametrize(("text", "why"), refused())
@pytest.mark.parametrize("iss", [None, EXAMPLE])
def test_D20_what_is_no_spiffe_id_selects_no_trust_domain(text: str, why: str, iss: str | None) -> None:
    reason = refusal(spiffe_world(), jwt_svid(claims(sub=text, iss=iss)))
    assert reason in (Reason.MALFORMED_CLAIMS, Reason.UNTRUSTED_ISSUER), why


@pytest.mark.parametrize("sub", [1, True, ["spiffe://example.org/a"], {"spiffe": "spiffe://example.org/a"}])
def test_D20_a_sub_that_is_no_text_selects_no_trust_domain(sub: Json) -> None:
    assert refusal(spiffe_world(), jwt_svid(claims(sub=sub))) is Reason.MALFORMED_CLAIMS


@pytest.mark.parametrize("iss", [None, 1, ["spiffe://example.org"], {}])
def test_D20_an_iss_that_is_no_text_is_refused_although_it_is_not_needed(iss: Json) -> None:
    payload = {**claims(), "iss": iss}
    assert refusal(spiffe_world(), jwt_svid(payload)) is Reason.MALFORMED_CLAIMS


def test_D20_an_iss_alone_never_selects_a_trust_domain() -> None:
    payload = claims(iss=EXAMPLE, sub="alice")
    assert refusal(spiffe_world(), jwt_svid(payload)) is Reason.UNTRUSTED_ISSUER


def test_D20_another_issuer_that_says_a_spiffe_id_speaks_for_no_trust_domain() -> None:
    w = spiffe_world(domain(), trusted(THEIRS))
    in_its_name = claims(iss=IDP, sub=f"{EVIL}/web")
    assert w.verify(token(in_its_name, key=THEIRS)).issuer.issuer == IDP
    # With a sub of a trust domain that is trusted as well, the token is of two, so of none.
    assert refusal(w, token(claims(iss=IDP), key=THEIRS)) is Reason.AMBIGUOUS_ISSUER
    assert refusal(w, jwt_svid(key=THEIRS)) is Reason.UNKNOWN_KEY


def test_D21_a_workload_of_one_trust_domain_is_not_verified_by_the_bundle_of_another() -> None:
    w = spiffe_world(domain(), domain(EVIL, THEIRS))
    assert w.verify(jwt_svid(claims(sub=f"{EVIL}/web"), THEIRS)).issuer.issuer == EVIL
    assert refusal(w, jwt_svid(key=THEIRS)) is Reason.UNKNOWN_KEY
    assert refusal(w, jwt_svid(key=THEIRS, kid=OURS.kid)) is Reason.BAD_SIGNATURE
    assert refusal(w, jwt_svid(claims(sub=f"{EVIL}/web"))) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("name", [f"{EXAMPLE}.evil.example", "spiffe://evil-example.org", "spiffe://a.example.org"])
def test_D21_a_trust_domain_that_only_looks_like_ours_is_a_stranger(name: str) -> None:
    assert refusal(spiffe_world(), jwt_svid(claims(sub=f"{name}/web"))) is Reason.UNTRUSTED_ISSUER


def test_D21_a_disabled_trust_domain_is_a_stranger() -> None:
    assert refusal(spiffe_world(domain(enabled=False)), jwt_svid()) is Reason.UNTRUSTED_ISSUER


@pytest.mark.parametrize("use", [None, "sig", "x509-svid", "JWT-SVID", "enc", "jwt-svid "])
def test_D21_a_key_of_the_bundle_that_is_for_something_else_verifies_no_token(use: str | None) -> None:
    for beside in ((), (svid_key(THEIRS),)):
        key = OURS.jwk() if use is None else OURS.jwk(use=use)
        w = spiffe_world(domain(keys=IssuerKeys(jwks=jwks(key, *beside))))
        assert refusal(w, jwt_svid()) is Reason.UNUSABLE_KEY


def test_D21_a_key_for_svids_verifies_no_token_of_another_provider() -> None:
    w = spiffe_world(trusted(svid_key(OURS)))
    assert refusal(w, token(key=OURS)) is Reason.UNUSABLE_KEY


def test_D21_no_kid_is_needed_where_one_key_fits() -> None:
    w = spiffe_world()
    assert w.verify(jwt_svid(kid=None)).subject
    two = IssuerKeys(jwks=jwks(svid_key(OURS), svid_key(THEIRS)))
    assert refusal(spiffe_world(domain(keys=two)), jwt_svid(kid=None)) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("typ", [None, "JWT", "JOSE"])
def test_D21_typ_is_jwt_or_jose_or_absent(typ: str | None) -> None:
    assert spiffe_world().verify(jwt_svid(typ=typ)).subject


@pytest.mark.parametrize("typ", ["jwt", "Jose", "application/jwt", "at+jwt", "dpop+jwt", "JWT-SVID", "", " JWT"])
def test_D21_any_other_typ_is_refused(typ: str) -> None:
    assert refusal(spiffe_world(), jwt_svid(typ=typ)) is Reason.WRONG_TOKEN_TYP


@pytest.mark.parametrize("token_type", [TokenType.ID_TOKEN, TokenType.ACCESS_TOKEN])
def test_D21_a_jwt_svid_is_neither_an_id_token_nor_an_access_token(token_type: TokenType) -> None:
    assert refusal(spiffe_world(), jwt_svid(), token_type) is Reason.WRONG_TOKEN_TYP


@pytest.mark.parametrize(
    "member", ["x5t", "x5t#S256", "pi.atm", "jwk", "jku", "x5c", "x5u", "crit", "cty", "zip", "b64", "spiffe", "iat"]
)
def test_D21_a_header_member_beyond_alg_kid_and_typ_is_refused(member: str) -> None:
    header: dict[str, Json] = {"alg": "RS256", "kid": OURS.kid, member: "x"}
    assert refusal(spiffe_world(), token(claims(), key=OURS, header=header)) is Reason.UNSAFE_TOKEN_HEADER


def test_D21_the_algorithms_are_those_of_the_standard() -> None:
    for alg, key in (("ES256", ec_key()), ("PS384", OURS), ("RS512", OURS)):
        w = spiffe_world(domain(key=key, algorithms=(alg,)))
        assert w.verify(jwt_svid(key=key, alg=alg)).subject
    edwards = ed25519_key()
    w = spiffe_world(domain(key=edwards, algorithms=("EdDSA",)))
    assert refusal(w, jwt_svid(key=edwards, alg="EdDSA")) is Reason.UNSUPPORTED_ALGORITHM


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": None}, Reason.MALFORMED_CLAIMS),
        ({"exp": NOW - 61}, Reason.TOKEN_EXPIRED),
        ({"exp": NOW + 3601}, Reason.TOKEN_LIVES_TOO_LONG),
        ({"exp": NOW + 3601, "iat": None}, Reason.TOKEN_LIVES_TOO_LONG),
        ({"aud": None}, Reason.MALFORMED_CLAIMS),
        ({"aud": []}, Reason.MALFORMED_CLAIMS),
        ({"aud": [BRIDGE, "https://other.example.com"]}, Reason.WRONG_AUDIENCE),
        ({"aud": EXAMPLE}, Reason.WRONG_AUDIENCE),
    ],
)
def test_D21_time_and_audience_are_checked_as_for_any_token(changes: dict[str, Json], reason: Reason) -> None:
    assert refusal(spiffe_world(), jwt_svid(claims(**changes))) is reason


def test_D21_two_documents_of_one_trust_domain_are_told_apart_by_audience() -> None:
    w = spiffe_world(domain(id="a", audiences=("a",)), domain(EXAMPLE, THEIRS, id="b", audiences=("b",)))
    assert w.verify(jwt_svid(claims(aud="a"))).issuer.id == "a"
    assert w.verify(jwt_svid(claims(aud="b"), THEIRS)).issuer.id == "b"
    same = spiffe_world(domain(id="a"), domain(id="b"))
    assert refusal(same, jwt_svid()) is Reason.AMBIGUOUS_ISSUER


SUB = {"sub": f"{EXAMPLE}/ns/prod/sa/web"}
DOCUMENTED = "a workload's JWT-SVID"


@pytest.mark.parametrize("match", [SUB, {"sub": f"{EXAMPLE}/ns/prod/sa/*"}, {"sub": f"{EXAMPLE}/ns/prod/sa/w*b"}])
def test_D20_a_mapping_is_for_one_workload_or_for_those_below_one_path(match: dict[str, str]) -> None:
    bridge = ProviderBridge("spiffe", match)
    assert bridge.principal(bridge.claims(DOCUMENTED)) == "to/0"
    for other in ("ns/prod/sa/a/b", "ns/prod/sb/web", "ns/prod", "ns/prod/sa/other/web"):
        assert bridge.refusal(bridge.claims(DOCUMENTED, sub=f"{EXAMPLE}/{other}")) is Reason.NO_MAPPING


@pytest.mark.parametrize("keys", [{"discovery": True}, {"pushed": True}, None])
def test_D21_a_trust_domain_without_a_bundle_is_refused_at_write(keys: dict[str, bool] | None) -> None:
    with pytest.raises(InvalidDocuments, match="bundle endpoint"):
        ProviderBridge("spiffe", SUB, keys=keys or {"discovery": True})


@pytest.mark.parametrize("use", ["sig", None])
def test_D21_a_bundle_of_keys_for_something_else_is_refused_at_write(use: str | None) -> None:
    key = OURS.jwk() if use is None else OURS.jwk(use=use)
    with pytest.raises(InvalidDocuments, match="jwt-svid"):
        ProviderBridge("spiffe", SUB, keys={"jwks": {"keys": [key]}})


def test_D21_keys_for_svids_are_refused_at_write_for_any_other_provider() -> None:
    with pytest.raises(InvalidDocuments, match="use: sig"):
        ProviderBridge("oidc", {"sub": "worker"}, keys={"jwks": {"keys": [svid_key(OURS)]}})


@pytest.mark.parametrize("provider", ["oidc", "kubernetes", "device"])
def test_D21_a_trust_domain_is_spiffes_alone(provider: str) -> None:
    with pytest.raises(InvalidDocuments, match="provider: spiffe"):
        ProviderBridge(provider, SUB, issuer=EXAMPLE, keys={"jwks": {"keys": [OURS.jwk()]}})
