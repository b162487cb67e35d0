import pytest

from federation.oauth.errors import InvalidRequest
from federation.verification.x509.certificates import PresentedCertificates
from federation.verification.x509.chain import verify_chain
from federation.verification.x509.leaf import svid_claims, unverified_trust_domain
from tests.support.x509_authority import NOW, authority, device, svid, uri_names

CA = authority()
PRESENTED = PresentedCertificates(CA.sign(svid("spiffe://example.org/web")))


def test_a_chain_proves_a_workload_of_the_trust_domain_whose_authorities_verified_it_and_of_no_other() -> None:
    chain = verify_chain(PRESENTED, [CA.certificate], NOW)
    assert svid_claims(chain, "spiffe://example.org")["sub"] == "spiffe://example.org/web"
    with pytest.raises(InvalidRequest) as refused:
        svid_claims(chain, "spiffe://evil.example")
    assert refused.value.detail == "an SVID of another trust domain"


def test_what_a_certificate_claims_says_whose_authorities_to_ask() -> None:
    assert unverified_trust_domain(PRESENTED) == "spiffe://example.org"


@pytest.mark.parametrize("uris", [(), ("urn:uuid:1",), ("https://spiffe.example/web", "spiffy:x")])
def test_a_certificate_without_a_spiffe_uri_is_of_another_kind(uris: tuple[str, ...]) -> None:
    wanted = device().but(uri_names(*uris)) if uris else device()
    assert unverified_trust_domain(PresentedCertificates(CA.sign(wanted))) is None
