"""Terraform and OpenTofu: provider blocks, in JSON syntax (developer.hashicorp.com/terraform/language/syntax/json).

Google's provider reads GOOGLE_APPLICATION_CREDENTIALS, an external_account file, and Vault's VAULT_TOKEN: nothing is to
be written for those.
"""

from collections.abc import Sequence
from typing import Any

from federation.client.formats.aws import SESSION_NAME
from federation.client.formats.kubernetes import API


def aws(role_arn: str, token_file: str, region: str | None) -> dict[str, Any]:
    """The provider `aws`."""
    assumed = {"role_arn": role_arn, "session_name": SESSION_NAME, "web_identity_token_file": token_file}
    return {**({"region": region} if region else {}), "assume_role_with_web_identity": assumed}


def azurerm(tenant_id: str, client_id: str, token_file: str) -> dict[str, Any]:
    """The provider `azurerm`."""
    return {
        "features": {},
        "use_oidc": True,
        "use_cli": False,
        "tenant_id": tenant_id,
        "client_id": client_id,
        "oidc_token_file_path": token_file,
    }


def kubernetes(server: str, command: Sequence[str], authority: str | None) -> dict[str, Any]:
    """The provider `kubernetes`."""
    exec_ = {"api_version": API, "command": command[0], "args": list(command[1:])}
    trusted = {"cluster_ca_certificate": f"${{file({_quoted(authority)})}}"} if authority else {}
    return {"host": server, **trusted, "exec": exec_}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${") + '"'
