"""Whatever authorities owners have, a certificate is of the owner of the authority that signed it, or of nobody."""

from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.errors import InvalidRequest
from tests.support.x509_authority import authority, device, ec_private, svid
from tests.support.x509_world import certificate_world, devices, spiffe

# Two of each name, so that a name alone tells nothing.
AUTHORITIES = [authority(name, key=ec_private(f"{name} {number}")) for name in ("a", "b") for number in range(2)]
OWNERS = ("acme", "bolt", "cog")

owned = st.dictionaries(st.integers(0, len(AUTHORITIES) - 1), st.sampled_from(OWNERS))
signers = st.integers(0, len(AUTHORITIES) - 1)


def owner_of(leaf: x509.Certificate, issuers: list[Issuer]) -> str | None:
    try:
        return certificate_world(*issuers).verify(leaf).issuer.id
    except InvalidRequest:
        return None


@given(owned, signers)
def test_a_device_is_of_the_owner_of_its_signer_or_of_nobody(owners: dict[int, str], signer: int) -> None:
    issuers = [
        devices(*(AUTHORITIES[number] for number, owner in owners.items() if owner == name), id_=name)
        for name in sorted(set(owners.values()))
    ]
    assert owner_of(AUTHORITIES[signer].sign(device()), issuers) == owners.get(signer)


@given(owned, signers, st.sampled_from(OWNERS))
def test_a_workload_is_of_the_domain_that_it_names_or_of_nobody(
    owners: dict[int, str], signer: int, named: str
) -> None:
    issuers = []
    for name in sorted(set(owners.values())):
        pems = tuple(AUTHORITIES[number].pem for number, owner in owners.items() if owner == name)
        issuers.append(spiffe(f"spiffe://{name}", IssuerKeys(certificates=pems), id=name))
    expected = named if owners.get(signer) == named else None
    assert owner_of(AUTHORITIES[signer].sign(svid(f"spiffe://{named}/web")), issuers) == expected
