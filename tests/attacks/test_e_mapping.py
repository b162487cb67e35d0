"""E1-E5, E7-E9: match lines and templates against claims made to slip through."""

import pytest

from federation.documents.source import InvalidDocuments
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from tests.support.document_mapping_vectors import load
from tests.support.document_vectors import base
from tests.support.provider_bridge import BRIDGE, ProviderBridge

EXAMPLE = "an Okta machine token, with a custom claim"


def fits(wanted: object, got: object) -> bool:
    """Whether a token whose claim `c` is `got` fits a mapping that wants `wanted`."""
    bridge = ProviderBridge("oidc", {"sub": "0oa1b2c3d4", "c": wanted})
    claims = bridge.claims(EXAMPLE) | {"c": got}
    try:
        return bridge.principal(claims) == "to/0"
    except InvalidRequest as refusal:
        return refusal.reason is not Reason.NO_MAPPING


@pytest.mark.parametrize(
    ("wanted", "got"),
    [("a*", "a/b"), ("a*", "a:b"), ("*/b", "a/a/b"), ("*b", "a:b"), ("b*", "ab"), ("*b", "bc"), ("b*b", "b/b")],
)
def test_E1_a_star_crosses_no_separator_and_is_anchored(wanted: str, got: str) -> None:
    assert not fits(wanted, got)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("(a+)+$", "a" * 50_000),
        ("a*" * 127 + "b", "a" * 50_000),
        ("*a" * 127, "a" * 50_000 + "b"),
        ("*ab" * 80, "ab" * 25_000 + "/"),
    ],
)
def test_E2_a_pattern_made_to_run_for_ever_is_text_or_a_linear_glob(wanted: str, got: str) -> None:
    assert not fits(wanted, got)


def test_E2_a_pattern_beyond_256_characters_is_refused_at_write() -> None:
    with pytest.raises(InvalidDocuments, match="1 to 256"):
        ProviderBridge("oidc", {"sub": "a*" * 129})


@pytest.mark.parametrize("got", [None, "", [], {}])
def test_E3_a_star_wants_something(got: object) -> None:
    assert not fits("*", got)


def test_E3_a_star_over_a_missing_claim_wants_something() -> None:
    bridge = ProviderBridge("oidc", {"sub": "0oa1b2c3d4", "c": "*"})
    assert bridge.refusal(bridge.claims(EXAMPLE)) is Reason.NO_MAPPING


def test_E3_a_rule_for_the_empty_text_is_refused_at_write() -> None:
    with pytest.raises(InvalidDocuments, match="1 to 2048"):
        ProviderBridge("oidc", {"sub": "0oa1b2c3d4", "c": ""})


@pytest.mark.parametrize(("wanted", "got", "matches", "why"), [row for row in load("values") if row[0] != ""])
def test_E4_a_value_matches_only_its_own_type(wanted: object, got: object, matches: bool, why: str) -> None:
    assert fits(wanted, got) is matches, why


def test_E5_a_dotted_key_and_a_nested_object_are_two_things() -> None:
    bridge = ProviderBridge("oidc", {"sub": "0oa1b2c3d4", '"kubernetes.io".x': "1"})
    nested = bridge.claims(EXAMPLE) | {"kubernetes.io": {"x": "1"}}
    assert bridge.principal(nested) == "to/0"
    for flat in ({"kubernetes.io.x": "1"}, {"kubernetes": {"io": {"x": "1"}}}, {'"kubernetes.io".x': "1"}):
        assert bridge.refusal(bridge.claims(EXAMPLE) | flat) is Reason.NO_MAPPING


@pytest.mark.parametrize("path", ["/kubernetes.io~1x", "kubernetes.io/x", "a~1b", "$.a", "a[0]"])
def test_E5_other_notations_are_refused_at_write(path: str) -> None:
    with pytest.raises(InvalidDocuments, match="write a claim path"):
        ProviderBridge("oidc", {"sub": "0oa1b2c3d4", path: "1"})


def templated(principal: str) -> ProviderBridge:
    bridge = ProviderBridge("oidc")
    issuer = base("issuer", id="templated", audiences=[f"{BRIDGE}/templated"])
    mapping = base("mapping", issuer="templated", match={"department": "billing"}, principal=principal)
    bridge.write(issuer, base("audience"), mapping)
    return bridge


@pytest.mark.parametrize(
    "sub",
    ["../admin", "a/admin", "a b", 'a"b', "a'b", "a{sub}", "a\\b", "a%2Fb", "ädmin", "a\u200bb", "*", ".", "..", "a:b"],
)
def test_E7_a_claim_with_anything_but_a_plain_word_yields_no_principal(sub: str) -> None:
    bridge = templated("partner/acme/{sub}")
    claims = bridge.claims(EXAMPLE, aud=f"{BRIDGE}/templated")
    assert bridge.principal({**claims, "sub": "svc-1"}) == "partner/acme/svc-1"
    assert bridge.refusal({**claims, "sub": sub}) is Reason.PRINCIPAL_INVALID


@pytest.mark.parametrize("principal", ["{sub}", "svc-{sub}", "{sub}/admin"])
def test_E7_a_claim_never_chooses_the_namespace(principal: str) -> None:
    with pytest.raises(InvalidDocuments, match="literal namespace"):
        templated(principal)


def test_E7_a_claim_never_becomes_a_scope() -> None:
    grants = [{"audience": "risk-engine", "scopes": ["{scope}"]}]
    with pytest.raises(InvalidDocuments, match="has no scope"):
        ProviderBridge("oidc").write(base("issuer"), base("audience"), base("mapping", grants=grants))


def test_E8_two_mappings_that_fit_equally_are_refused_whichever_came_first() -> None:
    one, other = {"sub": "0oa1b2c3d4", "department": "billing"}, {"sub": "0oa1b2c3d4", "cid": "0oa1b2c3d4"}
    for bridge in (ProviderBridge("oidc", one, other), ProviderBridge("oidc", other, one)):
        assert bridge.refusal(bridge.claims(EXAMPLE)) is Reason.AMBIGUOUS_MAPPING


@pytest.mark.parametrize(
    ("pinned", "twin"),
    [
        ("worker", "Worker"),
        ("Kelvin", "\u212aelvin"),
        ("caf\u00e9", "cafe\u0301"),
        ("stra\u00dfe", "strasse"),
        ("a_b", "a-b"),
        ("a", "\uff41"),
        ("\u03c3", "\u03c2"),
    ],
)
def test_E9_identities_that_look_alike_stay_two(pinned: str, twin: str) -> None:
    bridge = ProviderBridge("oidc", {"sub": pinned})
    assert bridge.principal(bridge.claims(EXAMPLE, sub=pinned)) == "to/0"
    assert bridge.refusal(bridge.claims(EXAMPLE, sub=twin)) is Reason.NO_MAPPING


def test_E9_identities_that_look_alike_become_two_principals() -> None:
    bridge = templated("partner/acme/{sub}")
    claims = bridge.claims(EXAMPLE, aud=f"{BRIDGE}/templated")
    principals = [bridge.principal({**claims, "sub": sub}) for sub in ("a_b", "a-b", "A-b", "a.b", "a@b")]
    assert len(set(principals)) == len(principals)
