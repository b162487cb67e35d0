"""Whose issuer a URL is, whatever a document calls it."""

import pytest

from federation.verification.providers import provider_named, provider_names
from federation.verification.shared_issuers import owner_of

HOSTS = [(name, host) for name in provider_names() for host in sorted(provider_named(name).issuer_hosts)]


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        ("https://accounts.google.com", "google"),
        ("https://gitlab.com", "gitlab"),
        ("https://gitlab.com:8443/x", "gitlab"),
        ("https://token.actions.githubusercontent.com/acme", "github"),
        ("https://token.actions.acme.ghe.com", "github"),
        ("https://a1b2.tokens.sts.global.api.aws", "aws"),
        ("https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE", "kubernetes"),
        ("https://eastus.oic.prod-aks.azure.com/x/y/", "kubernetes"),
        ("https://login.microsoftonline.us/common/v2.0", "entra"),
        ("https://login.partner.microsoftonline.cn/x", "entra"),
        ("https://sts.chinacloudapi.cn/x/", "entra"),
        ("https://vstoken.dev.azure.com/x", "azure-pipelines"),
        ("https://code.example.com/api/actions", "forgejo"),
        ("https://code.example.com:3000/forge/API/actions/", "forgejo"),
        ("https://github.example.com/_services/token", "github"),
        ("https://github.example.com/_services/token/octocat-inc", "github"),
        ("https://github.example.com/_services/Token/octocat-inc/", "github"),
        ("https://login.chinacloudapi.cn/x/", "entra"),
        ("https://login.microsoftonline.de/x/v2.0", "entra"),
        ("https://sts.amazonaws.com", "aws"),
        # An issuer is a name: these are the same hosts in other spellings.
        ("accounts.google.com", "google"),
        ("Accounts.Google.com.", "google"),
        ("accounts.google.com:443/x", "google"),
        ("//accounts.google.com", "google"),
        ("http://user@accounts.google.com", "google"),
    ],
)
def test_a_shared_issuer_is_its_providers(url: str, owner: str) -> None:
    found = owner_of(url)
    assert found
    assert found.name == owner


@pytest.mark.parametrize(
    "url",
    [
        "https://idp.example.com",
        "https://accounts.google.com.example.com",
        "https://www.gitlab.com",
        "https://tokens.sts.global.api.aws",
        "https://.tokens.sts.global.api.aws",
        "https://a.b.tokens.sts.global.api.aws",
        "https://a.tokens.sts.global.api.aws.example.com",
        "https://a.tokensxsts.global.api.aws",
        "spiffe://example.org",
        "https://example.com/accounts.google.com",
        "https://example.com/api/actions/x",
        "https://example.com/_services/token/x/y",
        "https://example.com/_services/tokens",
        "my accounts.google.com",
        "https://[::1",
        "",
    ],
)
def test_what_only_looks_like_it_is_anybodys(url: str) -> None:
    assert owner_of(url) is None


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_no_host_is_owned_twice(name: str, host: str) -> None:
    example = host.replace("*", "any")
    assert [other for other in provider_names() if provider_named(other).owns(example)] == [name]
