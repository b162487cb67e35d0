"""A name that no document has is a mistake that nothing else would show."""

import pytest

from federation.documents.validate import validate
from tests.support.admin_world import AdminWorld, Document, audience, issuer
from tests.support.document_vectors import sources

KNOWN: tuple[Document, ...] = (
    audience("vault", environment="prod", tenant="acme"),
    issuer("acme", tenant="acme"),
    {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]},
)


def policy(cedar: str) -> Document:
    return {"kind": "Policy", "id": "p", "cedar": cedar}


def warned(cedar: str, *known: Document) -> list[str]:
    found = validate(sources(policy(cedar), *(known or KNOWN))).warnings
    return [f"{one.pointer}: {one.message} {one.hint}".strip() for one in found]


FORBID = "forbid (principal, action, resource)"


@pytest.mark.parametrize(
    ("cedar", "name", "near"),
    [
        ('forbid (principal, action, resource in Environment::"prodd");', 'Environment "prodd"', "prod"),
        ('forbid (principal, action, resource == Audience::"valut");', 'Audience "valut"', "vault"),
        ('forbid (principal in Tenant::"acmee", action, resource);', 'Tenant "acmee"', "acme"),
        (f'{FORBID} unless {{ resource in Environment::"prodd" }};', 'Environment "prodd"', "prod"),
        (f'{FORBID} when {{ context.network.zone == "crop" }};', 'Zone "crop"', "corp"),
        (f'{FORBID} when {{ "crop" != context.network.zone }};', 'Zone "crop"', "corp"),
        (f'{FORBID} unless {{ ["corp", "corq"].contains(context.network.zone) }};', 'Zone "corq"', "corp"),
        (f'{FORBID} when {{ principal.issuer == "acne" }};', 'Issuer "acne"', "acme"),
    ],
)
def test_a_misspelt_name_is_warned_of(cedar: str, name: str, near: str) -> None:
    said = f"/cedar: no document here has {name}, so what it says of that is never so did you mean {near}?"
    assert warned(cedar) == [said]


@pytest.mark.parametrize(
    "cedar",
    [
        'forbid (principal in Tenant::"acme", action, resource in Environment::"prod");',
        'forbid (principal == Principal::"client/any", action == Action::"delegate", resource == Audience::"vault");',
        f'{FORBID} when {{ context.network.zone == "" || context.network.zone == "corp" }};',
        f'{FORBID} when {{ context.proof == "none" && principal.issuer == "acme" }};',
    ],
)
def test_names_that_are_there_are_not(cedar: str) -> None:
    assert warned(cedar) == []


def test_where_there_are_no_such_documents_at_all_nothing_is_known() -> None:
    assert warned(f'{FORBID} when {{ context.network.zone == "crop" }};', audience("vault")) == []


def test_a_write_is_measured_by_what_is_stored() -> None:
    world = AdminWorld()
    for document in (KNOWN[0], KNOWN[2]):
        assert world.put(document).status == 201
    misspelt = policy('forbid (principal, action, resource in Environment::"prodd");')
    answer = world.call("POST", "/plan", {"documents": [misspelt]})
    assert answer.status == 200
    assert 'Environment \\"prodd\\"' in answer.body.decode()
