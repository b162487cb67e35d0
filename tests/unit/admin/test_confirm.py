"""A second admin's yes."""

import pytest
from msgspec.structs import replace

from federation.admin.confirm import CannotConfirm, Confirmer, OwnDocument
from federation.model.confirmation import as_written
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.ports import VersionConflict
from tests.support.dangerous_trust import ALL_OF_GITHUB, GITHUB, RULE, SECOND, TwoAdmins
from tests.support.fake_trust import SOMEBODY, FakeTrust


def test_what_was_confirmed_by_which_request_and_why_is_kept() -> None:
    admins = TwoAdmins()
    admins.write()
    admins.confirm(1)
    assert admins.body() == {
        **ALL_OF_GITHUB,
        "confirmation": {
            "version": 1,
            "issuer": GITHUB["issuer"],
            "request": "request-1",
            "reason": "all jobs may read",
            "time": "2027-01-15T08:00:00+00:00",
        },
    }
    assert as_written(admins.body()) == ALL_OF_GITHUB


def test_what_was_confirmed_is_confirmed_once() -> None:
    admins = TwoAdmins()
    admins.write()
    admins.confirm(1)
    with pytest.raises(CannotConfirm, match="waits for nobody"):
        admins.confirm(2)


def test_a_confirmed_rule_is_filed_where_its_tokens_look() -> None:
    admins = TwoAdmins()
    admins.write({**ALL_OF_GITHUB, "match": {"sub": "repo:acme/app:ref:refs/heads/main"}})
    admins.confirm(1)
    [rule] = admins.trust.exact("github", [Selector("sub", "repo:acme/app:ref:refs/heads/main")])
    assert (rule.id, rule.confirmed_for) == ("everybody", GITHUB["issuer"])


def test_what_was_switched_off_stays_off() -> None:
    admins = TwoAdmins()
    admins.write({**ALL_OF_GITHUB, "enabled": False})
    admins.confirm(1)
    assert admins.trust.patterns("github") == ()


@pytest.mark.parametrize(
    "ref",
    [DocumentRef(Kind.ISSUER, "github"), DocumentRef(Kind.AUDIENCE, "risk-engine"), DocumentRef(Kind.MAPPING, "x")],
)
def test_nothing_else_can_be_confirmed(ref: DocumentRef) -> None:
    admins = TwoAdmins()
    admins.write()
    with pytest.raises(CannotConfirm):
        Confirmer(admins.trust).confirm(DocumentVersion(ref, 1), SECOND)


def test_a_rule_whose_issuer_is_gone_is_not_confirmed() -> None:
    admins = TwoAdmins()
    admins.write()
    admins.trust.delete(DocumentRef(Kind.ISSUER, "github"), 1)
    with pytest.raises(CannotConfirm, match="Issuer github is gone"):
        admins.confirm(1)


def test_a_corrupt_document_is_not_confirmed() -> None:
    trust = FakeTrust()
    trust.add(Kind.MAPPING, "everybody", {"issuer": "github", "dangerous": True})
    with pytest.raises(CorruptDocument):
        Confirmer(trust).confirm(DocumentVersion(RULE, 1), SECOND)


def test_a_confirmation_that_nobody_can_read_is_written_over() -> None:
    admins = TwoAdmins()
    admins.write()
    admins.trust.add(Kind.MAPPING, "everybody", {**ALL_OF_GITHUB, "confirmation": "yes"})
    assert admins.write().pending == ((RULE, 3),)


def test_who_writes_between_the_look_and_the_yes_wins() -> None:
    admins = TwoAdmins()
    admins.trust = RacingTrust()
    admins.write()
    with pytest.raises(VersionConflict):
        Confirmer(admins.trust).confirm(DocumentVersion(RULE, 1), SECOND)
    assert admins.body()["principal"] == "ci/somebody-else"


class RacingTrust(FakeTrust):
    """Somebody writes the rule again after its issuer was read."""

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        found = super().get(ref)
        if ref == GITHUB_REF and RULE in self._documents:
            self.add(Kind.MAPPING, "everybody", {**ALL_OF_GITHUB, "principal": "ci/somebody-else"})
        return found


GITHUB_REF = DocumentRef(Kind.ISSUER, "github")


def test_whoever_had_a_hand_in_it_does_not_confirm_it() -> None:
    admins = TwoAdmins()
    admins.write()
    for who, actors in ((SOMEBODY.who, ()), ("admin/other", (SOMEBODY.who,))):
        with pytest.raises(OwnDocument, match="Somebody else"):
            Confirmer(admins.trust).confirm(DocumentVersion(RULE, 1), replace(SECOND, who=who, actors=actors))
    assert admins.trust.history(RULE, None, 9)[0].version == 1
