"""The first admin: written once, and never against somebody's will."""

import pytest

from federation.admin.editor import Applied
from federation.admin.first_admin import FirstAdmin
from federation.documents.checks.stored import StoredTrust
from federation.documents.source import InvalidDocuments
from federation.model.trust import DocumentRef, Kind, Selector
from tests.support.fake_trust import SOMEBODY, FakeTrust

ADMIN = FirstAdmin("https://corp.example.com", "alice")
MAPPING = DocumentRef(Kind.MAPPING, "first-admin")


def write(trust: FakeTrust, admin: FirstAdmin = ADMIN) -> Applied:
    return admin.write(trust, StoredTrust(trust, trust, trust), SOMEBODY)


def test_a_fresh_deployment_has_an_admin_who_may_do_everything() -> None:
    trust = FakeTrust()
    assert [version.ref.kind for version in write(trust).created] == [Kind.AUDIENCE, Kind.ISSUER, Kind.MAPPING]
    (mapping,) = trust.exact("first-admin", [Selector("sub", "alice")])
    assert mapping.principal == "admin/first"
    assert trust.admin_mappings() == ("first-admin",)
    (audience,) = trust.audiences()
    assert audience.sender_constraint == "any"


def test_the_next_deployment_changes_nothing() -> None:
    trust = FakeTrust()
    write(trust)
    before = trust.revision()
    assert write(trust).created == ()
    assert write(trust, FirstAdmin("https://else.example.com", "mallory")).created == ()
    assert trust.revision() == before


def test_what_somebody_deleted_or_changed_stays_so() -> None:
    trust = FakeTrust()
    write(trust)
    trust.delete(MAPPING, 1)
    assert write(trust).created == ()
    assert trust.get(MAPPING) is None


def test_a_shared_issuer_has_its_own_providers_rules() -> None:
    trust = FakeTrust()
    write(trust, FirstAdmin("https://accounts.google.com", "113774264463038321964", "https://federation.example.com"))
    (issuer,) = trust.issuers()
    assert (issuer.provider, issuer.audiences) == ("google", ("https://federation.example.com",))


@pytest.mark.parametrize(
    "admin",
    [
        FirstAdmin("http://corp.example.com", "alice"),
        FirstAdmin("https://corp.example.com", "*"),
        FirstAdmin("https://corp.example.com", "a*"),
        FirstAdmin("https://login.microsoftonline.com/common/v2.0", "alice"),
    ],
)
def test_what_would_be_unsafe_is_not_written(admin: FirstAdmin) -> None:
    trust = FakeTrust()
    with pytest.raises(InvalidDocuments):
        write(trust, admin)
    assert trust.revision() == 0
