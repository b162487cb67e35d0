"""E10: what trusts a whole shared issuer takes two people, and holds for that issuer alone."""

import pytest

from federation.admin.confirm import CannotConfirm
from federation.documents.source import InvalidDocuments
from federation.oauth.reasons import Reason
from federation.verification.providers import provider_names
from tests.support.dangerous_trust import ALL_OF_GITHUB, GITHUB, RULE, TwoAdmins
from tests.support.guarded_mappings import mapping_problems

SAFE = {name: value for name, value in ALL_OF_GITHUB.items() if name != "dangerous"}
GHES = "https://github.example.com/_services/token"


def test_E10_the_refusal_says_what_to_pin_and_what_to_write_if_it_is_meant() -> None:
    [problem] = mapping_problems("github", {"repository_owner": "acme"})
    assert "pin repository_id or repository_owner_id" in problem
    assert "write dangerous: true, which a second admin must confirm" in problem


@pytest.mark.parametrize("provider", provider_names())
def test_E10_everybody_at_an_issuer_can_be_meant(provider: str) -> None:
    everybody = {"aud": "https://federation.example.com"}
    assert mapping_problems(provider, everybody)
    assert not mapping_problems(provider, everybody, dangerous=True)


def test_E10_a_dangerous_rule_is_stored_and_holds_for_nobody() -> None:
    admins = TwoAdmins()
    applied = admins.write()
    assert [version.ref for version in applied.created][-1] == RULE
    assert applied.pending == ((RULE, 1),)
    assert admins.body() == ALL_OF_GITHUB
    assert admins.refusal().reason is Reason.NO_MAPPING


def test_E10_it_holds_once_a_second_admin_has_confirmed_that_version() -> None:
    admins = TwoAdmins()
    admins.write()
    assert admins.confirm(1) == 2
    assert admins.principal() == "ci/anybody"
    assert admins.write().pending == ()
    assert admins.principal() == "ci/anybody"


def test_E10_what_a_token_must_have_named_is_demanded_of_a_dangerous_rule_too() -> None:
    admins = TwoAdmins()
    admins.write()
    admins.confirm(1)
    assert admins.refusal(event_name="pull_request_target").reason is Reason.NO_MAPPING


def test_E10_changing_a_confirmed_rule_takes_the_confirmation_away() -> None:
    admins = TwoAdmins()
    admins.write()
    admins.confirm(1)
    applied = admins.write({**ALL_OF_GITHUB, "principal": "ci/somebody"})
    assert applied.pending == ((RULE, 3),)
    assert admins.refusal().reason is Reason.NO_MAPPING


@pytest.mark.parametrize("version", [0, 1, 3, -1])
def test_E10_no_version_but_the_one_that_was_read_is_confirmed(version: int) -> None:
    admins = TwoAdmins()
    admins.write()
    admins.write({**ALL_OF_GITHUB, "principal": "ci/admin"})
    with pytest.raises(CannotConfirm, match="Version 2 is the current one"):
        admins.confirm(version)
    assert admins.refusal().reason is Reason.NO_MAPPING


def test_E10_nobody_writes_a_confirmation() -> None:
    forged = {"version": 1, "issuer": GITHUB["issuer"], "request": "x", "reason": "x", "time": "x"}
    for mapping in ({**ALL_OF_GITHUB, "confirmation": forged}, {**SAFE, "confirmation": forged}):
        with pytest.raises(InvalidDocuments, match="unknown key confirmation"):
            TwoAdmins().write(mapping)


def test_E10_a_confirmation_is_for_the_issuer_that_was_looked_at() -> None:
    admins = TwoAdmins()
    admins.write(issuer={**GITHUB, "issuer": GHES})
    admins.confirm(1)
    assert admins.principal(iss=GHES) == "ci/anybody"
    assert admins.write().pending == ((RULE, 3),)
    assert admins.refusal().reason is Reason.NO_MAPPING


def test_E10_an_issuer_that_is_moved_without_its_rules_does_not_take_a_confirmation_along() -> None:
    admins = TwoAdmins()
    admins.write(issuer={**GITHUB, "issuer": GHES})
    admins.confirm(1)
    admins.write(mapping={**SAFE, "id": "other", "match": {"repository_id": "1"}})
    [nearest] = admins.refusal().evidence["nearest"]
    assert nearest == {"mapping": "everybody", "missed": [{"claim": "iss", "wanted": GHES, "got": GITHUB["issuer"]}]}


@pytest.mark.parametrize("dangerous", ["yes", "true", 1, None, []])
def test_E10_dangerous_is_true_or_false(dangerous: object) -> None:
    with pytest.raises(InvalidDocuments):
        TwoAdmins().write({**ALL_OF_GITHUB, "dangerous": dangerous})


@pytest.mark.parametrize(
    ("provider", "match"),
    [
        ("entra", {"email": "billing@example.com"}),
        ("user", {"upn": "ceo@example.com"}),
        ("oidc", {"email": "*@example.com"}),
        ("aws", {'"https://sts.amazonaws.com/".request_tags.team': "data"}),
    ],
)
def test_E10_danger_excuses_no_claim_that_identifies_nobody(provider: str, match: dict[str, str]) -> None:
    assert mapping_problems(provider, match, dangerous=True)


def test_E10_even_a_dangerous_rule_says_whom_it_means() -> None:
    assert mapping_problems("github", {}, dangerous=True)
