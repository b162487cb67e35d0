import pytest

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.issuers import TrustedIssuers
from tests.support.issuer_world import BRIDGE, Directory, claims, trusted


def test_a_new_tuple_of_issuers_is_seen_at_once() -> None:
    directory = Directory(trusted())
    issuers = TrustedIssuers(directory, BRIDGE)
    assert issuers.select(claims()) is issuers.select(claims())
    directory.current = (trusted(version=2), trusted(id="b", audiences=("b",)))
    assert issuers.select(claims()).version == 2
    assert issuers.select(claims(aud="b")).id == "b"


def test_several_matches_are_named_in_the_audit_record_alone() -> None:
    issuers = TrustedIssuers(Directory(trusted(id="b"), trusted(id="a")), BRIDGE)
    with pytest.raises(InvalidRequest) as refused:
        issuers.select(claims())
    assert (refused.value.reason, refused.value.detail) == (Reason.AMBIGUOUS_ISSUER, "a b")


def test_no_document_means_nobody() -> None:
    with pytest.raises(InvalidRequest) as refused:
        TrustedIssuers(Directory(), BRIDGE).select(claims())
    assert refused.value.reason is Reason.UNTRUSTED_ISSUER
