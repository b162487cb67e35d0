"""kubectl and client-go: the exec plugin's ExecCredential, and a kubeconfig that calls it.

kubernetes.io/docs/reference/access-authn-authz/authentication, client-go credential plugins:
client.authentication.k8s.io/v1.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

API: Final = "client.authentication.k8s.io/v1"


def exec_credential(token: str, expires_at: int) -> str:
    """The JSON that client-go reads from the plugin's stdout. `expires_at`: seconds since the epoch."""
    until = datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    status = {"token": token, "expirationTimestamp": until}
    return json.dumps({"apiVersion": API, "kind": "ExecCredential", "status": status})


def kubeconfig(name: str, server: str, user: Mapping[str, Any], authority: str | None = None) -> dict[str, Any]:
    """A kubeconfig of one cluster. `user`: of this module's; `authority`: a file with the cluster's CA."""
    cluster = {"server": server, **({"certificate-authority": authority} if authority else {})}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": "federation-bridge", "user": dict(user)}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "federation-bridge"}}],
        "current-context": name,
    }


def exec_user(command: Sequence[str]) -> dict[str, Any]:
    """A user whose token a command prints, as `exec_credential`."""
    return {
        "exec": {
            "apiVersion": API,
            "command": command[0],
            "args": list(command[1:]),
            "env": None,
            "interactiveMode": "Never",
            "provideClusterInfo": False,
            "installHint": "pip install 'federation-bridge[cli]'",
        }
    }


def file_user(file: str) -> dict[str, Any]:
    """A user whose token is in a file, which another process keeps fresh."""
    return {"tokenFile": file}
