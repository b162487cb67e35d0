"""What a mapping may rest on, whoever it is meant for."""

import pytest

from federation.model.trust import MatchValue
from tests.support.guarded_mappings import mapping_problems

AWS = '"https://sts.amazonaws.com/"'
ROLE = {"sub": "arn:aws:iam::123456789012:role/DataProcessingRole"}
OID = {"oid": "00aa00aa-bb11-cc22-dd33-44ee44ee44ee"}
CLIENT = {"client_id": "analyst-portal"}
PROJECT = {"project_id": "20"}


@pytest.mark.parametrize(
    ("provider", "match", "principal"),
    [
        ("entra", OID, "azure/{upn}"),
        ("entra", OID, "azure/{sub}"),
        ("user", CLIENT, "user/{email}"),
        ("user", CLIENT, "user/acme/{preferred_username}"),
        ("oidc", {"sub": "svc-*"}, "partner/{email}"),
        ("oidc", {"sub": "svc-*", "email_verified": False}, "partner/{email}"),
        ("aws", ROLE, f"aws/{{{AWS}.request_tags.team}}"),
        ("aws", ROLE, f"aws/{{{AWS}.source_identity}}"),
    ],
)
def test_what_identifies_nobody_makes_no_principal(provider: str, match: dict[str, MatchValue], principal: str) -> None:
    [problem] = mapping_problems(provider, match, principal=principal)
    assert "/principal: " in problem
    assert "; use " in problem or ", or use " in problem


@pytest.mark.parametrize(
    ("provider", "match", "principal"),
    [
        ("entra", OID, "azure/{oid}"),
        ("user", CLIENT, "user/acme/{sub}"),
        ("oidc", {"sub": "svc-*", "email_verified": True}, "partner/{email}"),
        ("aws", ROLE, f"aws/{{{AWS}.aws_account}}"),
    ],
)
def test_what_does_identify_makes_a_principal(provider: str, match: dict[str, MatchValue], principal: str) -> None:
    assert mapping_problems(provider, match, principal=principal) == []


@pytest.mark.parametrize("path", [f"{AWS}.request_tags.team", f'{AWS}.request_tags."cost center"'])
def test_what_the_caller_chose_is_no_attribute(path: str) -> None:
    [problem] = mapping_problems(
        "aws", ROLE, attributes={"region": f"{{{AWS}.source_region}}", "team": f"x-{{{path}}}"}
    )
    assert "/attributes/team: request_tags is what the caller chose to say" in problem


def test_what_can_be_changed_may_still_be_shown() -> None:
    assert mapping_problems("user", CLIENT, attributes={"mail": "{email}"}) == []


@pytest.mark.parametrize(
    ("provider", "match", "hint"),
    [
        ("gitlab", {**PROJECT, "ref_protected": True}, "write it in quotes"),
        ("gitlab", {**PROJECT, "ref_protected": "yes"}, ""),
        ("gitlab", {**PROJECT, "ref_type": "tags"}, ""),
        ("gitlab", {**PROJECT, "job_id": 7}, "write it in quotes"),
        ("user", {**CLIENT, "amr": "mfa"}, ""),
        ("entra", {**OID, "tid": "ACME"}, ""),
    ],
)
def test_a_line_that_no_token_can_fit_is_refused(provider: str, match: dict[str, MatchValue], hint: str) -> None:
    [problem] = mapping_problems(provider, match)
    assert f"/match/{list(match)[-1]}: no token of {provider} has this value there" in problem
    assert problem.endswith(f" ({hint})" if hint else "there")


def test_a_pattern_or_an_unknown_claim_may_fit() -> None:
    assert mapping_problems("gitlab", {**PROJECT, "ref_type": "b*", "invented": 7, "sha.nested": True}) == []


def test_of_two_objections_to_a_line_the_one_with_the_fix_is_told() -> None:
    [problem] = mapping_problems("google", {"sub": "pipeline@acme.iam.gserviceaccount.com"})
    assert "pin sub to the service account's unique id" in problem


@pytest.mark.parametrize("pattern", ["*", "*/*", "a*", "*/planner", "agent*/x", "**/**"])
def test_actors_of_every_namespace_are_nobody_in_particular(pattern: str) -> None:
    [problem] = mapping_problems("oidc", {"sub": "svc-1"}, may_act=["agent/planner", pattern])
    assert f"/may_act: {pattern} lets actors of every namespace act" in problem
    assert "dangerous: true" in problem


@pytest.mark.parametrize("pattern", ["agent/*", "agent/a*", "agent/*/*", "planner"])
def test_a_namespace_of_actors_may_act(pattern: str) -> None:
    assert mapping_problems("oidc", {"sub": "svc-1"}, may_act=[pattern]) == []


def test_actors_of_every_namespace_may_act_if_two_admins_mean_it() -> None:
    assert mapping_problems("oidc", {"sub": "svc-1"}, may_act=["*/*"], dangerous=True) == []
