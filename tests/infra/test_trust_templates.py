"""What the receiving side must be told (infra/trust): each file by a parser or validator of its own format, and what it
trusts: one audience and one principal, never whoever the bridge issues a token to."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import hcl2
import pytest
import tree_sitter
import tree_sitter_bicep
import yaml

TRUST = Path(__file__).parents[2] / "infra" / "trust"
BIN = Path(sys.executable).parent


def test_the_cloudformation_template_is_sound() -> None:
    done = subprocess.run([str(BIN / "cfn-lint"), str(TRUST / "aws.yaml")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_role_trusts_one_audience_and_one_principal_exactly() -> None:
    text = (TRUST / "aws.yaml").read_text()
    template = text.partition("Fn::Sub: |")[2].partition("\nOutputs")[0]
    names = {"Bridge.Arn": "arn", "BridgeHost": "federation.example.com", "Audience": "aws", "Principal": "ci/acme"}
    (statement,) = json.loads(re.sub(r"\$\{([A-Za-z.]+)\}", lambda name: names[name[1]], template))["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {"federation.example.com:aud": "aws", "federation.example.com:sub": "ci/acme"}
    }


def test_the_terraform_configuration_is_hcl_and_lets_one_principal_in() -> None:
    configuration = hcl2.loads((TRUST / "google.tf").read_text())
    resources = {kind.strip('"'): body for one in configuration["resource"] for kind, body in one.items()}
    provider = next(iter(resources["google_iam_workload_identity_pool_provider"].values()))
    assert "google.subject == '${var.principal}'" in provider["attribute_condition"]
    member = next(iter(resources["google_project_iam_member"].values()))["member"]
    assert "/subject/${var.principal}" in member
    assert "principalSet" not in member


def test_the_bicep_file_parses() -> None:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
    content = (TRUST / "entra.bicep").read_bytes()
    assert not parser.parse(content).root_node.has_error
    assert parser.parse(content.replace(b"}", b"", 1)).root_node.has_error
    assert b"subject: principal" in content


@pytest.mark.parametrize("script", sorted(TRUST.glob("*.sh")), ids=lambda script: script.name)
def test_the_scripts_are_sound_for_shellcheck(script: Path) -> None:
    done = subprocess.run([str(BIN / "shellcheck"), str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert script.stat().st_mode & 0o111


@pytest.mark.parametrize("script", sorted(TRUST.glob("*.sh")), ids=lambda script: script.name)
def test_a_script_that_is_told_nothing_does_nothing(script: Path) -> None:
    done = subprocess.run(
        ["/bin/bash", str(script)], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "the issuer URL of the bridge" in done.stderr or ":" in done.stderr


@pytest.mark.parametrize("principal", ["ci/*", "a b", "x' || true || '", "ci//x", "a" * 128])
def test_the_gcloud_script_takes_no_wildcard_and_nothing_that_ends_its_condition(principal: str) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PROJECT": "p", "BRIDGE_URL": "https://b.example", "PRINCIPAL": principal}
    command = ["/bin/bash", str(TRUST / "google.sh")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "without a wildcard" in done.stderr) == (2, True)


def test_the_vault_role_binds_one_subject_and_one_audience() -> None:
    role: dict[str, Any] = json.loads((TRUST / "vault-role.json").read_text())
    assert (role["bound_subject"], role["bound_audiences"], role["bound_claims_type"]) == (
        "PRINCIPAL",
        ["vault"],
        "string",
    )


def test_the_api_servers_configuration_keeps_our_names_apart_from_its_own() -> None:
    """Its form alone: no real kube-apiserver has read it."""
    document: dict[str, Any] = yaml.safe_load((TRUST / "kubernetes.yaml").read_text())
    (trusted,) = document["jwt"]
    assert trusted["claimMappings"]["username"]["expression"].startswith('"bridge:" + ')
    assert "act" in trusted["claimValidationRules"][0]["expression"]
    assert len(trusted["issuer"]["audiences"]) == 1


def test_the_templates_allow_what_a_principal_may_be() -> None:
    pattern = re.search(r'Principal:.*?AllowedPattern: "([^"]+)"', (TRUST / "aws.yaml").read_text(), re.DOTALL)
    assert pattern is not None
    for principal in ("ci/acme/deployer", "user/acme/24400320", "a.b_c@d-e"):
        assert re.fullmatch(pattern[1], principal)
