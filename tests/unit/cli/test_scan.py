"""`fedbridge scan`: each long-lived secret once, by name and place, never by what it says; drafts that validate."""

import json
from pathlib import Path
from typing import Any

import pytest

from federation.cli.scan.drafts import drafts, write
from federation.cli.scan.files import provider_for
from federation.cli.scan.finding import Finding, Kind
from federation.documents.validate import validate_path
from federation.verification.providers import provider_names
from tests.support.cli_runs import fedbridge

AWS = "AKIA" + "Z7QX2M4NPLW3TRUV"
"""Put together here, so that no scanner takes this file for the leak."""
SECRET = "s3cr3t" + "Value0123456789abcdefghijklmnop"
PEM = "-----BEGIN " + "PRIVATE KEY-----\\nMIIEv" + SECRET + "\\n-----END PRIVATE KEY-----\\n"

FILES: dict[str, tuple[str, set[tuple[str, str, str]]]] = {
    ".env": (
        f"AWS_ACCESS_KEY_ID={AWS}\nAWS_SECRET_ACCESS_KEY={SECRET}\nAWS_REGION=eu-central-1\nPROD_ARM_CLIENT_SECRET='{SECRET}'\n",
        {
            ("aws-key", "AWS_ACCESS_KEY_ID", "oidc"),
            ("aws-key", "AWS_SECRET_ACCESS_KEY", "oidc"),
            ("azure-secret", "PROD_ARM_CLIENT_SECRET", "oidc"),
        },
    ),
    ".github/workflows/deploy.yml": (
        "env:\n  AWS_SECRET_ACCESS_KEY: ${{ secrets.PROD_AWS_SECRET_ACCESS_KEY }}\n  NAME: ${{ secrets.NOTHING }}\n",
        {("aws-key", "PROD_AWS_SECRET_ACCESS_KEY", "github")},
    ),
    ".gitlab-ci.yml": (f"variables:\n  VAULT_TOKEN: hvs.{SECRET}\n", {("vault-token", "VAULT_TOKEN", "gitlab")}),
    "key.json": (
        json.dumps({"type": "service_account", "client_email": "sa@p.iam.gserviceaccount.com", "private_key": PEM}),
        {("google-key", "sa@p.iam.gserviceaccount.com", "oidc")},
    ),
    "sp.json": (json.dumps({"clientId": "x", "clientSecret": SECRET}), {("azure-secret", "clientSecret", "oidc")}),
    "kubeconfig": (
        f"kind: Config\nusers:\n- name: ci\n  user: {{token: {SECRET}}}\n- name: ok\n  user: {{exec: {{}}}}\n",
        {("kubernetes-token", "ci", "oidc")},
    ),
    "home/.npmrc": (f"//registry.example/:_authToken={SECRET}\n", {("npm-token", "_authToken", "oidc")}),
    "home/.docker/config.json": (
        json.dumps({"auths": {"registry.example": {"auth": SECRET}, "empty.example": {}}, "credsStore": "pass"}),
        {("registry-password", "registry.example", "oidc")},
    ),
    "deploy/worker.yaml": (
        f"apiVersion: v1\nkind: Pod\nspec:\n  env:\n    KUBE_TOKEN: {SECRET}\n",
        {("kubernetes-token", "KUBE_TOKEN", "kubernetes")},
    ),
    "main.tf": (
        f'provider "aws" {{\n  aws_secret_key = "{SECRET}"\n}}\n',
        {("aws-key", "aws_secret_key", "terraform")},
    ),
    "id_rsa": (f"-----BEGIN RSA {'PRIVATE'} KEY-----\nMIIE\n", {("private-key", "", "oidc")}),
    "found.py": (f'client = connect("{AWS}")\n', {("aws-key", "", "oidc")}),
}

HARMLESS = {
    "a.env": "AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=$FROM_ELSEWHERE\nVAULT_TOKEN_FILE=/run/token\nAWS_PROFILE=x\n",
    "b.tf": "aws_secret_key = var.secret\n",
    ".npmrc": "//registry.example/:_authToken=${NPM_TOKEN}\n",
    ".github/workflows/x.yml": "permissions: {id-token: write}\nenv: {X: '${{ secrets.SLACK }}'}\n",
    "c.json": '{"auths": {"registry.example": {}}}',
    "d.json": "[" * 5000,
    "binary": "\x00AWS_SECRET_ACCESS_KEY=abc",
    "e.py": "aws_secret_access_key = os.environ['X']\n",
}


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def found(folder: Path) -> list[dict[str, Any]]:
    result = fedbridge("scan", folder, "--json")
    assert result.exit_code in (0, 1), result.output
    members: dict[str, Any] = json.loads(result.stdout)
    assert members["count"] == len(members["findings"])
    assert result.exit_code == (1 if members["count"] else 0)
    return list(members["findings"])


@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_file_gives_what_is_in_it_and_no_more(tmp_path: Path, name: str) -> None:
    text, expected = FILES[name]
    put(tmp_path, {name: text})
    findings = found(tmp_path)
    assert {(one["kind"], one["name"], one["provider"]) for one in findings} == expected
    assert len(findings) == len(expected)


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    put(tmp_path, {name: text for name, (text, _) in FILES.items()})
    shown = [fedbridge("scan", tmp_path, *more).output for more in ((), ("--json",), ("--out", tmp_path / "drafts"))]
    written = "".join(file.read_text() for file in (tmp_path / "drafts").iterdir())
    for secret in (SECRET, AWS):
        assert secret not in "".join(shown) + written


def test_what_only_looks_like_it_is_no_finding(tmp_path: Path) -> None:
    put(tmp_path, HARMLESS)
    assert found(tmp_path) == []
    assert "0 long-lived secrets" in fedbridge("scan", tmp_path).stdout


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        ([{"name": "AWS_ACCESS_KEY_ID", "updatedAt": "x"}, {"name": "SLACK"}], ("AWS_ACCESS_KEY_ID", "github")),
        ([{"key": "NPM_TOKEN", "value": SECRET}], ("NPM_TOKEN", "gitlab")),
        (["ci/", "ci/arm_client_secret"], ("arm_client_secret", "oidc")),
        ({"data": {"data": {"kube_token": SECRET}, "metadata": {}}}, ("kube_token", "oidc")),
    ],
)
def test_listings_of_other_tools_are_read_from_stdin(listing: Any, expected: tuple[str, str]) -> None:  # noqa: ANN401
    result = fedbridge("scan", "-", "--json", input=json.dumps(listing))
    assert [(one["name"], one["provider"]) for one in json.loads(result.stdout)["findings"]] == [expected]
    assert (result.exit_code, SECRET in result.output) == (1, False)


def test_links_are_not_followed_and_other_peoples_folders_not_entered(tmp_path: Path) -> None:
    put(tmp_path / "away", {".env": FILES[".env"][0]})
    put(tmp_path / "here", {"node_modules/x/.env": FILES[".env"][0], ".git/config": FILES[".env"][0]})
    (tmp_path / "here" / "link").symlink_to(tmp_path / "away")
    (tmp_path / "here" / "file").symlink_to(tmp_path / "away" / ".env")
    assert found(tmp_path / "here") == []


def test_the_drafts_validate_and_hold_nothing_until_somebody_says_so(tmp_path: Path) -> None:
    put(tmp_path / "code", {name: text for name, (text, _) in FILES.items()})
    assert fedbridge("scan", tmp_path / "code", "--out", tmp_path / "drafts").exit_code == 1
    documents = validate_path(tmp_path / "drafts").documents
    assert {"draft-github", "draft-gitlab", "draft-kubernetes", "draft-oidc", "draft-terraform"} == set(
        documents.issuers
    )
    assert not any(one.document.enabled for one in documents.mappings.values())
    again = fedbridge("scan", tmp_path / "code", "--out", tmp_path / "drafts")
    assert (again.exit_code, "already" in again.stderr) == (1, True)


@pytest.mark.parametrize("provider", sorted(set(provider_names()) - {"device", "spiffe", "user", "aws", "google"}))
def test_there_is_a_sound_draft_for_every_provider_that_a_secret_can_stand_at(tmp_path: Path, provider: str) -> None:
    write(tmp_path, drafts([Finding("f", 1, Kind.AWS_KEY, "", provider)]))
    assert set(validate_path(tmp_path).documents.issuers) == {f"draft-{provider}"}


def test_every_place_has_a_provider_that_there_is() -> None:
    places = (
        ".github/workflows/a.yml",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        ".buildkite/p.yml",
        "x/main.tf",
        "a.py",
    )
    assert {provider_for(place, "") for place in places} <= set(provider_names())


def test_nothing_to_look_at_is_a_wrong_use(tmp_path: Path) -> None:
    assert fedbridge("scan", tmp_path / "nowhere").exit_code == 2
    assert fedbridge("scan").exit_code == 2
