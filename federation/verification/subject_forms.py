"""How subjects of common issuers look: of each form a few, which have nothing in common but their form.

A pattern that matches every one of a form lets in the whole issuer. Sources: the pages of the providers in
`providers/`, and auth0.com/docs/manage-users/user-accounts/identify-users, developer.okta.com/docs/reference,
keycloak.org/docs/latest/server_admin (service accounts), docs.aws.amazon.com/cognito, RFC 9562, RFC 4514.
"""

import re
from functools import cache

FORMS: tuple[tuple[str, ...], ...] = (
    ("0b3c8e52-6d1f-4a97-8c20-5e7f9a1b3d64", "f7a41d09-9e2b-4c58-b1d3-a86c02e45f9b"),
    ("0B3C8E52-6D1F-4A97-8C20-5E7F9A1B3D64", "F7A41D09-9E2B-4C58-B1D3-A86C02E45F9B"),
    ("5f7c8ec7c33c6c004bbafe82", "60d21b4667d0d8992e610c85"),
    ("107769503474486390061", "892345610027745918233"),
    ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01HXYZ8B0Q2M7KCPD4TEJ9N3WS"),
    ("00u1b2c3d4E5F6g7H8i9", "00uid4BxXw6I6TV4m0g3"),
    ("0oa1b2c3d4E5F6g7H8i9", "0oaid4BxXw6I6TV4m0g3"),
    ("auth0|5f7c8ec7c33c6c004bbafe82", "auth0|60d21b4667d0d8992e610c85"),
    ("google-oauth2|107769503474486390061", "google-oauth2|892345610027745918233"),
    ("github|90210", "github|1177"),
    ("samlp|acme|ada", "samlp|umbra|bob"),
    ("Lw9aQm2x@clients", "7RtYb0Zc@clients"),
    ("service-account-billing", "service-account-worker"),
    ("ada@acme.example", "bob.b@umbra.test"),
    ("us-east-1:0b3c8e52-6d1f-4a97-8c20-5e7f9a1b3d64", "eu-west-3:f7a41d09-9e2b-4c58-b1d3-a86c02e45f9b"),
    ("system:serviceaccount:payments:settle", "system:serviceaccount:web:shop"),
    ("system:node:ip-10-0-0-1", "system:node:worker7"),
    ("repo:acme/app:ref:refs/heads/fix", "repo:umbra/site:ref:refs/tags/v1"),
    ("repo:acme@42/app@7:ref:refs/heads/fix", "repo:umbra@9/site@13:ref:refs/tags/v1"),
    ("repo:acme/app:environment:blue", "repo:umbra/site:environment:green"),
    ("repo:acme/app:pull_request", "repo:umbra/site:pull_request"),
    ("project_path:acme/app:ref_type:branch:ref:fix", "project_path:umbra/site:ref_type:tag:ref:v1"),
    ("spiffe://acme.example/ns/payments/sa/settle", "spiffe://umbra.test/ns/web/sa/shop"),
    ("spiffe://acme.example/settle", "spiffe://umbra.test/shop"),
    ("arn:aws:iam::123456789012:role/settle", "arn:aws:iam::998877665544:role/shop"),
    ("arn:aws:sts::123456789012:assumed-role/settle/i-1", "arn:aws:sts::998877665544:assumed-role/shop/job"),
    ("organization:acme:pipeline:app:ref:refs/heads/fix:commit:9f3:step:build",
     "organization:umbra:pipeline:site:ref:refs/tags/v1:commit:0c1:step:test"),
    ("org/0b3c8e52/project/6d1f4a97/user/5e7f9a1b", "org/f7a41d09/project/9e2b4c58/user/a86c02e4"),
    ("organization:acme:project:app:workspace:blue:run_phase:plan",
     "organization:umbra:project:site:workspace:green:run_phase:apply"),
    ("p://acme/shop/build", "p://umbra/site/test"),
    ("sc://acme/shop/azure", "sc://umbra/site/deploy"),
    ("owner:acme:project:app:environment:preview", "owner:umbra:project:site:environment:production"),
    ("workspace:8123:project:app:pipeline:456", "workspace:77:project:site:pipeline:9"),
    ("space:root:stack:blue:run_type:TRACKED:scope:read", "space:dev:stack:green:run_type:TASK:scope:write"),
    ("global:web:shop:front:nginx:default", "eu:payments:settle:main:worker:vault"),
    ("https://ci.acme.example/job/app/", "https://jenkins.umbra.test/job/site/"),
    ("https://acme.example/ada", "https://umbra.test/bob"),
    ("mailto:ada@acme.example", "mailto:bob@umbra.test"),
    ("projects/42/serviceAccounts/settle", "projects/shop/serviceAccounts/web"),
    ("CN=settle,OU=payments,O=acme,C=DE", "CN=shop,OU=web,O=umbra,C=FR"),
    ("uid=ada,ou=people,dc=acme,dc=example", "uid=bob,ou=people,dc=umbra,dc=test"),
    ("ACME\\ada", "UMBRA\\bob"),
    *((f"{kind}{mark}ada", f"{kind}{mark}b0b") for kind in (
        "user", "usr", "users", "client", "clients", "service", "services", "app", "application", "account", "machine",
        "device", "devices", "workload", "agent", "role", "group", "team", "org", "organization", "tenant", "project",
        "repo", "repository", "pipeline", "job", "workflow", "member", "employee", "person", "subject", "principal",
        "urn", "did", "oauth2", "oidc",
    ) for mark in (":", "/", "_", "-", "|")),
)  # fmt: skip

STAGES = frozenset({"main", "master", "prod", "production", "heads", "tags", "branch"})
"""Where something runs: as a whole segment, they identify no workload."""
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> frozenset[str]:
    """Its runs of letters and digits, in lower case."""
    return frozenset(_WORD.findall(text.lower()))


@cache
def form_words() -> frozenset[str]:
    """Words that say of which form a subject is, and identify no workload."""
    return frozenset[str]().union(*(frozenset.intersection(*map(words, form)) for form in FORMS))
