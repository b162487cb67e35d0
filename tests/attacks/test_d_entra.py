"""D13-D16: Entra tokens of the wrong version, tenant, claim and kind."""

import pytest

from federation.documents.source import InvalidDocuments
from federation.oauth.reasons import Reason
from tests.support.guarded_mappings import mapping_problems
from tests.support.provider_bridge import BRIDGE, ProviderBridge
from tests.support.provider_vectors import claims_of

V1 = "a managed identity's token, version 1.0"
V2 = "an application's token, version 2.0"
TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
OTHER_TENANT = "bbbbcccc-1111-dddd-2222-eeee3333ffff"
OID = {"oid": "00aa00aa-bb11-cc22-dd33-44ee44ee44ee"}
ISSUER_V1 = f"https://sts.windows.net/{TENANT}/"
ISSUER_V2 = f"https://login.microsoftonline.com/{TENANT}/v2.0"


def bridge(issuer: str = ISSUER_V2) -> ProviderBridge:
    audiences = sorted({BRIDGE, claims_of("entra", V1)["aud"], claims_of("entra", V2)["aud"]})
    return ProviderBridge("entra", OID, issuer=issuer, audiences=audiences)


def test_D13_each_version_is_accepted_from_its_own_issuer() -> None:
    assert bridge(ISSUER_V1).principal(claims_of("entra", V1)) == "to/0"
    assert bridge(ISSUER_V2).principal(claims_of("entra", V2)) == "to/0"


@pytest.mark.parametrize(("example", "issuer", "ver"), [(V1, ISSUER_V1, "2.0"), (V2, ISSUER_V2, "1.0")])
def test_D13_a_version_that_disagrees_with_its_issuer_is_refused(example: str, issuer: str, ver: str) -> None:
    claims = {**claims_of("entra", example), "ver": ver, "appid": OID["oid"], "azp": OID["oid"]}
    assert bridge(issuer).refusal(claims) is Reason.IDENTITY_REFUSED


def test_D14_another_tenant_is_another_issuer() -> None:
    claims = {**claims_of("entra", V2), "iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"}
    assert bridge().refusal(claims) is Reason.UNTRUSTED_ISSUER


def test_D14_tid_is_the_tenant_in_iss() -> None:
    assert bridge().refusal({**claims_of("entra", V2), "tid": OTHER_TENANT}) is Reason.IDENTITY_REFUSED


@pytest.mark.parametrize("everybody", ["common", "organizations", "consumers", "{tenantid}", "acme.onmicrosoft.com"])
def test_D14_an_issuer_that_is_everybodys_is_refused_at_write(everybody: str) -> None:
    with pytest.raises(InvalidDocuments):
        bridge(f"https://login.microsoftonline.com/{everybody}/v2.0")


@pytest.mark.parametrize("claim", ["email", "upn", "preferred_username", "unique_name", "name"])
def test_D15_a_mapping_on_what_an_admin_elsewhere_can_set_is_refused_at_write(claim: str) -> None:
    for match in ({claim: "billing@example.com"}, {**OID, claim: "billing@example.com"}):
        with pytest.raises(InvalidDocuments, match="pin oid"):
            ProviderBridge("entra", match, issuer=ISSUER_V2)


@pytest.mark.parametrize("claim", ["email", "upn", "preferred_username", "unique_name", "name", "sub"])
def test_D15_what_an_admin_elsewhere_can_set_names_no_principal(claim: str) -> None:
    assert "; use oid" in "".join(mapping_problems("entra", OID, principal=f"azure/{{{claim}}}"))
    assert mapping_problems("entra", OID, principal="azure/{oid}") == []


def test_D15_a_mapping_on_the_pairwise_sub_is_refused_at_write() -> None:
    with pytest.raises(InvalidDocuments, match="pin oid"):
        ProviderBridge("entra", {"sub": OID["oid"]}, issuer=ISSUER_V2)


def test_D15_the_same_oid_in_another_tenant_is_somebody_else() -> None:
    trusting_both = bridge()
    other = f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"
    audiences = [claims_of("entra", V2)["aud"]]
    trusting_both.write({
        "kind": "Issuer", "id": "other", "provider": "entra", "issuer": other, "audiences": audiences,
    })  # fmt: skip
    claims = {**claims_of("entra", V2), "iss": other, "tid": OTHER_TENANT}
    assert trusting_both.refusal(claims) is Reason.NO_MAPPING


@pytest.mark.parametrize(
    "delegated",
    [{"scp": "Tokens.Exchange"}, {"idtyp": "user"}, {"sub": "vnp3d6ojtfrNjY0uAbZzyQFClFGsMEQ3Cgpb9DlVaVo"}],
)
def test_D16_a_user_is_no_application(delegated: dict[str, str]) -> None:
    assert bridge().refusal({**claims_of("entra", V2), **delegated}) is Reason.IDENTITY_REFUSED


def test_D16_a_public_client_is_no_workload() -> None:
    assert bridge().refusal({**claims_of("entra", V2), "azpacr": "0"}) is Reason.MALFORMED_CLAIMS


def test_D16_an_id_token_is_no_access_token() -> None:
    claims = {name: value for name, value in claims_of("entra", V2).items() if name != "azp"}
    assert bridge().refusal(claims) is Reason.IDENTITY_REFUSED


def test_D16_a_rule_for_one_managed_identity_needs_its_resource() -> None:
    settlement = claims_of("entra", V1)
    match = {**OID, "xms_mirid": settlement["xms_mirid"]}
    pinned = ProviderBridge("entra", match, issuer=ISSUER_V1, audiences=[settlement["aud"]])
    assert pinned.principal(settlement) == "to/0"
    without = {name: value for name, value in settlement.items() if name != "xms_mirid"}
    assert pinned.refusal(without) is Reason.NO_MAPPING
