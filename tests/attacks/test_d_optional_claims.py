"""D26: claims that need not be there. Null is absence, and what no rule reads refuses nothing.

Issuers write null, empty text and other types (rubygems/rubygems.org#5412, instantdb/instant#2628,
teamhanko/hanko#2054, zitadel/oidc#139). A rule that does read such a claim has to find it in the form that its
provider documents.
"""

import json
from collections.abc import Iterator

import pytest

from federation.model.json import Json
from federation.model.trust import Selector
from federation.oauth.reasons import Reason
from tests.support.exchange_world import MAPPING, Bridge, body, bridge, reason, subject_token
from tests.support.provider_bridge import ProviderBridge

ODD: dict[str, dict[str, Json]] = {
    "email_verified as text": {"email": "a@example.com", "email_verified": "true"},
    "email_verified as a number": {"email_verified": 1},
    "an empty email": {"email": "", "email_verified": False},
    "an email of null": {"email": None},
    "an azp of null": {"azp": None},
    "an azp that is a list": {"azp": ["a"]},
    "a client_id that is a number": {"client_id": 7},
    "a jti that is a number": {"jti": 4711},
    "a jti of null": {"jti": None},
    "an empty jti": {"jti": ""},
    "a long jti": {"jti": "j" * 257},
    "an nbf of null": {"nbf": None},
    "an iat of null": {"iat": None},
    "an act of null": {"act": None},
    "an unknown claim of null": {"department": None},
}
odd = pytest.mark.parametrize("changes", ODD.values(), ids=ODD)


@pytest.fixture
def made() -> Iterator[Bridge]:
    with bridge() as made:
        yield made


@odd
def test_D26_a_claim_that_no_rule_reads_refuses_nothing(made: Bridge, changes: dict[str, Json]) -> None:
    assert made.post(subject_token(None, **changes)).status == 200


READ: dict[str, tuple[dict[str, Json], dict[str, Json]]] = {
    "a match line": ({"match": {"sub": "worker", "azp": "7"}}, {"azp": 7}),
    "a match line of the very value": ({"match": {"sub": "worker", "azp": 7}}, {"azp": 7}),
    "a match line of null's text": ({"match": {"sub": "worker", "azp": "null"}}, {"azp": None}),
    "a glob": ({"match": {"sub": "worker", "azp": "*"}}, {"azp": ["a"]}),
    "a match line on a flag": ({"match": {"sub": "worker", "email_verified": True}}, {"email_verified": "true"}),
    "the principal": ({"principal": "partner/{azp}"}, {"azp": 7}),
    "an attribute": ({"attributes": {"by": "{azp}"}}, {"azp": 7}),
    "an attribute of null": ({"attributes": {"by": "{azp}"}}, {"azp": None}),
    "the jti in an attribute": ({"attributes": {"by": "{jti}"}}, {"jti": 4711}),
}


@pytest.mark.parametrize(("mapping", "changes"), READ.values(), ids=READ)
def test_D26_a_mapping_that_reads_a_misshapen_claim_fits_nobody(
    made: Bridge, mapping: dict[str, Json], changes: dict[str, Json]
) -> None:
    made.write({**MAPPING, **mapping}, Selector("sub", "worker"))
    assert reason(made.post(subject_token(None, **changes))) in (
        Reason.NO_MAPPING.value,
        Reason.PRINCIPAL_INVALID.value,
    )


PERMIT = "permit (principal, action, resource);"
POLICIES = {
    "forbids by it": f'{PERMIT} forbid (principal, action, resource) when {{ context.claims.hasTag("azp") '
    '&& context.claims.getTag("azp") == "7" };',
    "forbids all but it": f'{PERMIT} forbid (principal, action, resource) unless {{ context.claims.hasTag("azp") }};',
    "permits without it": 'permit (principal, action, resource) unless { context.claims.hasTag("azp") };',
    "reads a list of that name": f"{PERMIT} forbid (principal, action, resource) when "
    '{ context.claims.lists.hasTag("azp") };',
    "computes a name": f"{PERMIT} forbid (principal, action, resource) when "
    "{ context.claims.hasTag(principal.name) };",
}


@pytest.mark.parametrize("cedar", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("azp", [7, ["7"]], ids=json.dumps)
def test_D26_a_policy_that_reads_a_misshapen_claim_denies(made: Bridge, cedar: str, azp: Json) -> None:
    """A forbid would take it for absent, and let it pass."""
    made.write({"kind": "Policy", "id": "default", "cedar": cedar})
    made.clock.advance(60)
    assert reason(made.post(subject_token(azp=azp))) == Reason.POLICY_DENIED.value


def test_D26_a_policy_that_reads_another_claim_is_not_disturbed(made: Bridge) -> None:
    cedar = f'{PERMIT} forbid (principal, action, resource) unless {{ context.claims.hasTag("sub") }};'
    made.write({"kind": "Policy", "id": "default", "cedar": cedar})
    made.clock.advance(60)
    assert made.post(subject_token(azp=7)).status == 200


def test_D26_the_record_names_the_misshapen_claim_and_not_its_value(made: Bridge) -> None:
    assert "access_token" in body(made.post(subject_token(azp=["secret-value"])))
    (entry,) = made.ledger.records.values()
    assert entry["misshapen_claims"] == ["azp"]
    assert "secret-value" not in json.dumps(entry, default=str)


BRANCH = "the documented example, with the ids that a job can ask for"


def test_D26_a_build_whose_tag_is_null_is_of_its_branch() -> None:
    made = ProviderBridge("buildkite", {"pipeline_id": "0184990a-4782-42b5-afc1-16715b10b100"})
    claims = {**made.claims(BRANCH), "build_tag": None, "cluster_id": None, "queue_id": None}
    assert made.principal(claims) == "to/0"
    assert made.refusal({**claims, "build_tag": ["v1"]}) is Reason.MALFORMED_CLAIMS


def test_D26_what_the_providers_own_rule_reads_must_have_its_form() -> None:
    made = ProviderBridge("gitlab", {"project_id": "20"})
    claims = made.claims("the documented example, on a protected branch")
    assert made.refusal({**claims, "job_project_id": 23}) is Reason.MALFORMED_CLAIMS
