"""D9-D12: Google tokens of people, other parties, other accounts, and of the wrong format."""

import pytest

from federation.documents.source import InvalidDocuments
from federation.oauth.reasons import Reason
from tests.support.provider_bridge import ProviderBridge

STANDARD = "the standard format"
FULL = "the full format, with the instance"
SUB = {"sub": "112233445566778899001"}


@pytest.mark.parametrize("example", [STANDARD, FULL, "without an email, as generateIdToken makes it by default"])
def test_D9_the_service_account_itself_is_accepted(example: str) -> None:
    bridge = ProviderBridge("google", SUB)
    assert bridge.principal(bridge.claims(example)) == "to/0"


@pytest.mark.parametrize("azp", ["1234-abc.apps.googleusercontent.com", "112233445566778899002"])
def test_D9_a_token_that_another_party_asked_for_is_refused(azp: str) -> None:
    bridge = ProviderBridge("google", SUB)
    assert bridge.refusal(bridge.claims(STANDARD, azp=azp)) is Reason.IDENTITY_REFUSED


@pytest.mark.parametrize(
    "email", ["somebody@gmail.com", "somebody@example.com", "x@iam.gserviceaccount.com.example.net"]
)
def test_D9_a_person_is_no_service_account(email: str) -> None:
    bridge = ProviderBridge("google", SUB)
    assert bridge.refusal(bridge.claims(STANDARD, email=email)) is Reason.IDENTITY_REFUSED


@pytest.mark.parametrize(
    ("verified", "reason"),
    [(None, Reason.IDENTITY_REFUSED), (False, Reason.IDENTITY_REFUSED), ("false", Reason.MALFORMED_CLAIMS)],
)
def test_D9_an_unverified_email_is_refused(verified: object, reason: Reason) -> None:
    bridge = ProviderBridge("google", SUB)
    assert bridge.refusal(bridge.claims(STANDARD, email_verified=verified)) is reason


def test_D10_the_issuer_without_its_scheme_is_another_string() -> None:
    bridge = ProviderBridge("google", SUB)
    assert bridge.refusal(bridge.claims(STANDARD, iss="accounts.google.com")) is Reason.UNTRUSTED_ISSUER


def test_D10_an_account_recreated_under_the_same_address_is_somebody_else() -> None:
    bridge = ProviderBridge("google", {**SUB, "email": "billing-sync@acme-prod.iam.gserviceaccount.com"})
    recreated = {"sub": "112233445566778899999", "azp": "112233445566778899999"}
    assert bridge.refusal(bridge.claims(STANDARD, **recreated)) is Reason.NO_MAPPING


def test_D10_an_address_alone_is_refused_at_write() -> None:
    with pytest.raises(InvalidDocuments, match="pin sub"):
        ProviderBridge("google", {"email": "billing-sync@acme-prod.iam.gserviceaccount.com"})


@pytest.mark.parametrize("hd", [None, "example.net", "", "EXAMPLE.com"])
def test_D11_a_domain_that_is_required_must_be_there(hd: str | None) -> None:
    bridge = ProviderBridge("google", {**SUB, "hd": "example.com"})
    assert bridge.principal(bridge.claims(STANDARD, hd="example.com")) == "to/0"
    assert bridge.refusal(bridge.claims(STANDARD, hd=hd)) is Reason.NO_MAPPING


@pytest.mark.parametrize("wanted", ["acme-prod", "*", "acme-*"])
def test_D12_a_rule_for_an_instance_does_not_fit_a_token_without_one(wanted: str) -> None:
    bridge = ProviderBridge("google", {**SUB, "google.compute_engine.project_id": wanted})
    assert bridge.principal(bridge.claims(FULL)) == "to/0"
    assert bridge.refusal(bridge.claims(STANDARD)) is Reason.NO_MAPPING


def test_D12_a_flat_claim_does_not_stand_for_the_nested_one() -> None:
    bridge = ProviderBridge("google", {**SUB, "google.compute_engine.project_id": "acme-prod"})
    flat = {"google.compute_engine.project_id": "acme-prod"}
    assert bridge.refusal(bridge.claims(STANDARD, **flat)) is Reason.NO_MAPPING
