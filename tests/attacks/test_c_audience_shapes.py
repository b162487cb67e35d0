"""C4, C6, C12: tokens without `aud`, and with others beside ours: only as a document says, and of one Issuer alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.model.json import Json
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.issuers import TrustedIssuers
from tests.support.issuer_world import BRIDGE, Directory, claims, refusal, token, trusted, without, world

APP = "5bsjlins3936h9gvpi0c24ah5b"
"""A client of Amazon Cognito, whose machine tokens have client_id and no aud (PrefectHQ/fastmcp#3739)."""
COGNITO = trusted(audiences=(APP,), audience_claim="client_id")
KEYCLOAK = trusted(audiences=(BRIDGE,), other_audiences=("account", "roles"))
"""Keycloak writes `account` beside what a mapper adds (oauth2-proxy/oauth2-proxy#1931)."""


def machine(**changes: Json) -> str:
    return token({**without("aud"), "client_id": APP, **changes})


def test_C4_a_claim_stands_for_aud_where_a_document_says_so() -> None:
    assert world(COGNITO).verify(machine()).subject == "workload-1"
    assert refusal(world(), machine()) is Reason.MALFORMED_CLAIMS
    assert refusal(world(trusted(audiences=(APP,))), machine()) is Reason.MALFORMED_CLAIMS


NOT_OURS: dict[str, Json] = {
    "another client": "another",
    "nothing": None,
    "empty": "",
    "a list": [APP],
    "a number": 7,
    "an object": {APP: True},
    "a longer name": f"{APP}x",
    "in upper case": APP.upper(),
}


@pytest.mark.parametrize("value", NOT_OURS.values(), ids=NOT_OURS)
def test_C4_the_claim_that_stands_for_aud_is_one_text_of_ours(value: Json) -> None:
    assert refusal(world(COGNITO), machine(client_id=value)) is Reason.WRONG_AUDIENCE


def test_C4_a_token_without_the_claim_is_for_nobody() -> None:
    assert refusal(world(COGNITO), token(without("aud"))) is Reason.WRONG_AUDIENCE


@pytest.mark.parametrize("aud", [None, "", [], [None], "another", {"a": 1}, 7])
def test_C4_an_aud_of_whatever_kind_is_not_replaced_by_the_claim(aud: Json) -> None:
    reason = refusal(world(COGNITO), machine(aud=aud))
    assert reason is (Reason.WRONG_AUDIENCE if aud == "another" else Reason.MALFORMED_CLAIMS)


def test_C12_two_documents_that_a_token_without_aud_fits_are_one_too_many() -> None:
    both = world(COGNITO, trusted(id="other", audiences=("azp-1",), audience_claim="azp"))
    assert both.verify(machine()).issuer.id == "idp"
    assert refusal(both, machine(azp="azp-1")) is Reason.AMBIGUOUS_ISSUER


def test_C12_a_document_that_reads_aud_has_no_part_in_a_token_without() -> None:
    beside = world(COGNITO, trusted(id="other"))
    assert beside.verify(machine()).issuer.id == "idp"
    assert beside.verify(token()).issuer.id == "other"


@pytest.mark.parametrize("aud", [[BRIDGE, "account"], ["account", BRIDGE], ["roles", BRIDGE, "account"], [BRIDGE]])
def test_C6_known_others_may_stand_beside_us(aud: Json) -> None:
    assert world(KEYCLOAK).verify(token(claims(aud=aud))).issuer.id == "idp"
    if aud != [BRIDGE]:
        assert refusal(world(), token(claims(aud=aud))) is Reason.WRONG_AUDIENCE


STRANGE: dict[str, Json] = {
    "a stranger": [BRIDGE, "evil"],
    "a stranger among known ones": [BRIDGE, "account", "evil"],
    "known ones without us": ["account", "roles"],
    "a known one alone": "account",
    "us twice": [BRIDGE, BRIDGE],
    "a known one twice": [BRIDGE, "account", "account"],
    "a twin of a known one": [BRIDGE, "Account"],
}


@pytest.mark.parametrize("aud", STRANGE.values(), ids=STRANGE)
def test_C6_no_other_may_stand_beside_us(aud: Json) -> None:
    assert refusal(world(KEYCLOAK), token(claims(aud=aud))) is Reason.WRONG_AUDIENCE


def test_C6_a_token_for_two_of_our_audiences_is_for_several() -> None:
    two = trusted(audiences=("a", "b"), other_audiences=("account",))
    assert refusal(world(two), token(claims(aud=["a", "b"]))) is Reason.WRONG_AUDIENCE


@pytest.mark.parametrize("others", [(), ("a",)])
def test_C12_a_token_for_two_documents_belongs_to_neither(others: tuple[str, ...]) -> None:
    one = trusted(id="one", audiences=("a",), other_audiences=("b",))
    other = trusted(id="other", audiences=("b",), other_audiences=others)
    for documents in ((one, other), (other, one)):
        assert refusal(world(*documents), token(claims(aud=["a", "b"]))) is Reason.AMBIGUOUS_ISSUER


names = st.sampled_from(["a", "b", "c", "d"])
issuers = st.builds(
    lambda ours, others, claim: trusted(audiences=ours, other_audiences=others, audience_claim=claim),
    st.lists(names, min_size=1, max_size=2, unique=True).map(tuple),
    st.lists(names, max_size=2, unique=True).map(tuple),
    st.sampled_from([None, "client_id", "azp"]),
)


def _owner(documents: list[Issuer], said: dict[str, Json]) -> Issuer | None:
    try:
        return TrustedIssuers(Directory(*documents), BRIDGE).select(said)
    except InvalidRequest:
        return None


@given(st.lists(issuers, min_size=1, max_size=3), st.lists(names, max_size=3), names, names)
def test_C12_whom_a_token_belongs_to_owns_one_audience_of_it_and_nobody_else_owns_any(
    documents: list[Issuer], aud: list[str], client: str, azp: str
) -> None:
    said: dict[str, Json] = {**without("aud"), "client_id": client, "azp": azp, **({"aud": list(aud)} if aud else {})}
    owner = _owner(documents, said)
    if owner is None:
        return
    named = set(aud) if aud else {str(said[owner.audience_claim or ""])}
    assert len(named & set(owner.audiences)) == 1
    assert named <= {*owner.audiences, *owner.other_audiences}
    for other in documents:
        if other is owner:
            continue
        value = said.get(other.audience_claim or "") if not aud else None
        assert not (named if aud else {value}) & set(other.audiences)
