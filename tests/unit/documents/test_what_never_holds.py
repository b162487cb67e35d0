"""What `validate` says of documents that are well-formed and will not do what their author believes."""

from pathlib import Path

import pytest

from federation.documents.source import InvalidDocuments, Problem
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources

AUDIENCE = """\
kind: Audience
id: risk-engine
scopes: [read]
max_ttl: 2m
"""


def mapping(provider: str, *lines: str, ttl: str = "1m") -> str:
    issuer = {"kubernetes": "https://k8s.acme.example", "github": "https://token.actions.githubusercontent.com"}
    return f"""\
---
kind: Issuer
id: theirs
provider: {provider}
issuer: {issuer.get(provider, "https://idp.acme.example")}
keys: {{discovery: true}}
---
kind: Mapping
id: one
issuer: theirs
match:
  {"".join(f"{line}{chr(10)}  " for line in lines)}
principal: partner/acme/{{sub}}
grants:
  - {{audience: risk-engine, scopes: [read], max_ttl: {ttl}}}
"""


def policy(*lines: str) -> str:
    return "---\nkind: Policy\nid: p\ncedar: |\n" + "".join(f"  {line}\n" for line in lines)


def warned(folder: Path, text: str) -> list[Problem]:
    (folder / "all.yaml").write_text(AUDIENCE + text, encoding="utf-8")
    sources = read_sources(folder)
    return list(validate(sources.documents, unreadable=sources.problems).warnings)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InvalidDocuments) as found:
        warned(folder, text)
    return str(found.value)


SERVICE_ACCOUNT = "sub: system:serviceaccount:payments:worker"


@pytest.mark.parametrize(
    ("provider", "line", "told"),
    [
        ("kubernetes", "kubernetes.io.namespace: payments", '"kubernetes.io".namespace'),
        ("kubernetes", "namespace: payments", "are not known to have a claim namespace"),
        ("kubernetes", "sub.name: worker", "sub is one value"),
        ("oidc", "groups: admins", 'context.claims.lists.getTag("groups").contains("admins")'),
        ("oidc", "client_id.name: batch", "client_id is one value"),
    ],
)
def test_a_line_that_no_token_of_the_provider_can_fit_is_told(
    tmp_path: Path, provider: str, line: str, told: str
) -> None:
    found = warned(tmp_path, mapping(provider, SERVICE_ACCOUNT, line))
    assert [told in str(each) for each in found] == [True]
    assert found[0].line == 17


@pytest.mark.parametrize(
    ("provider", "line"),
    [
        ("kubernetes", "'\"kubernetes.io\".namespace': payments"),
        ("oidc", "department: x"),
        ("oidc", "realm_access.x: y"),
    ],
)
def test_a_line_that_may_hold_is_not(tmp_path: Path, provider: str, line: str) -> None:
    assert warned(tmp_path, mapping(provider, SERVICE_ACCOUNT, line)) == []


def test_a_grant_that_lasts_longer_than_its_audience_allows_is_told(tmp_path: Path) -> None:
    assert warned(tmp_path, mapping("oidc", "sub: x", ttl="2m")) == []
    [found] = warned(tmp_path, mapping("oidc", "sub: x", ttl="3m"))
    assert (found.pointer, "max_ttl 2m" in found.message) == ("/grants/0/max_ttl", True)


def test_names_in_a_policy_that_nothing_has_are_told_where_they_stand(tmp_path: Path) -> None:
    named = 'forbid (principal == Principal::"partner/acm/x", action, resource == Audience::"risk-engin");'
    found = warned(tmp_path, mapping("oidc", "sub: x") + policy("// why", "", named))
    line = (AUDIENCE + mapping("oidc", "sub: x")).count("\n") + 7
    assert [each.line for each in found] == [line] * 2
    assert ["partner/acm/x" in found[1].message, "risk-engin" in found[0].message] == [True, True]


def test_principals_that_a_mapping_or_a_client_may_have_are_not(tmp_path: Path) -> None:
    known = 'forbid (principal == Principal::"partner/acme/anybody", action, resource);'
    client = "---\nkind: Client\nid: batch\nauth: {method: none}\nsender_constraint: dpop\naudiences: [risk-engine]\n"
    itself = 'forbid (principal == Principal::"client/batch", action, resource);'
    assert warned(tmp_path, mapping("oidc", "sub: x") + policy(known) + client.rstrip() + "\nscopes: [read]\n") == []
    assert warned(tmp_path, mapping("oidc", "sub: x") + policy(itself) + client.rstrip() + "\nscopes: [read]\n") == []


def test_a_place_in_a_policy_is_one_of_the_file(tmp_path: Path) -> None:
    found = refused(tmp_path, policy("forbid (principal, action, resource)", "when { contxt.network };"))
    assert "all.yaml:10: Policy p /cedar: line 10, column 10: " in found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind: Zone\nid: z\ncidrs: [10.0.0.0/8]\n", "duplicate key kind (put a line --- between two documents)"),
        ("---\nkind: Zone\n\tid: z\n", "(indent with spaces, never with tabs)"),
        (mapping("okta", "sub: x"), "write provider: oidc)"),
        (mapping("oidc", "azp: x") + "sub: y\n", "unknown key sub (a claim goes under match: write match: {sub: ...})"),
        (mapping("oidc", "sub: x", ttl="120"), "/grants/0/max_ttl: should be text (quote it, with a unit: '120s')"),
        (mapping("oidc", "sub: x", ttl='"120"'), "(quote it, with a unit: '120s')"),
        (mapping("oidc", "sub: [x, y]"), "(a line has one value: write a Mapping for each)"),
    ],
)
def test_what_is_often_written_wrongly_gets_the_one_step_that_mends_it(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, text)
