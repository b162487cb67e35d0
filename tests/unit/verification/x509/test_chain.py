import pytest

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.x509.certificates import PresentedCertificates
from federation.verification.x509.chain import verify_chain
from tests.support.x509_authority import NOW, authority, device

CA = authority()


def test_the_chain_leads_from_the_leaf_to_the_authority() -> None:
    one = CA.below("one")
    two = one.below("two")
    leaf = two.sign(device())
    presented = PresentedCertificates(leaf, (one.certificate, two.certificate))
    chain = verify_chain(presented, [CA.certificate], NOW)
    assert chain.certificates == (leaf, two.certificate, one.certificate, CA.certificate)
    assert chain.leaf == leaf


def test_it_ends_at_the_first_authority_that_is_trusted() -> None:
    one = CA.below("one")
    leaf = one.sign(device())
    chain = verify_chain(PresentedCertificates(leaf, (one.certificate,)), [CA.certificate, one.certificate], NOW)
    assert chain.certificates[0] == leaf
    assert chain.certificates[-1] in (one.certificate, CA.certificate)


def test_without_authorities_nothing_is_verified() -> None:
    with pytest.raises(InvalidRequest) as refused:
        verify_chain(PresentedCertificates(CA.sign(device())), [], NOW)
    assert refused.value.reason is Reason.CERTIFICATE_REFUSED


def test_the_given_time_decides_and_not_the_clock_of_the_machine() -> None:
    presented = PresentedCertificates(CA.sign(device().around(0)))
    with pytest.raises(InvalidRequest) as refused:
        verify_chain(presented, [CA.certificate], NOW)
    assert refused.value.reason is Reason.TOKEN_EXPIRED
    old = authority("old", at=0)
    assert verify_chain(PresentedCertificates(old.sign(device().around(0))), [old.certificate], 0).leaf
