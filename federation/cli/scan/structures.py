"""Files whose form says that they hold a long-lived secret: Google keys, kubeconfigs, Docker's and npm's."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from federation.cli.scan.finding import Finding, Kind

_NPM: Final = re.compile(r"^\s*(//[^=\s]+:)?_(authToken|auth|password)\s*=\s*(?!\$)\S", re.MULTILINE)
_CREDENTIAL_HELPERS: Final = ("credsStore", "credHelpers")


def by_structure(text: str, shown: str, provider: str) -> Iterator[Finding]:
    """What the whole file is."""
    name = shown.rpartition("/")[2]
    if name in (".npmrc", "npmrc"):
        for match in _NPM.finditer(text):
            yield Finding(shown, text.count("\n", 0, match.start()) + 1, Kind.NPM_TOKEN, f"_{match[2]}", provider)
    if text.lstrip().startswith("{"):
        yield from _json(text, shown, provider)
    elif "kind: Config" in text and "users:" in text:
        yield from _kubeconfig(_yaml(text), shown, provider)


def _json(text: str, shown: str, provider: str) -> Iterator[Finding]:
    try:
        members = json.loads(text)
    except (RecursionError, ValueError):
        return
    if not isinstance(members, dict):
        return
    if members.get("type") == "service_account" and members.get("private_key"):
        yield Finding(shown, 0, Kind.GOOGLE_KEY, str(members.get("client_email", "")), provider)
    if members.get("clientSecret") and members.get("clientId"):
        yield Finding(shown, 0, Kind.AZURE_SECRET, "clientSecret", provider)
    if members.get("kind") == "Config" and "users" in members:
        yield from _kubeconfig(members, shown, provider)
    yield from _docker(members, shown, provider)


def _docker(members: dict[str, Any], shown: str, provider: str) -> Iterator[Finding]:
    auths = members.get("auths")
    if not isinstance(auths, dict):
        return
    for registry, auth in auths.items():
        if isinstance(auth, dict) and (auth.get("auth") or auth.get("password") or auth.get("identitytoken")):
            yield Finding(shown, 0, Kind.REGISTRY_PASSWORD, str(registry), provider)


def _kubeconfig(members: Any, shown: str, provider: str) -> Iterator[Finding]:  # noqa: ANN401 (YAML)
    users = members.get("users") if isinstance(members, dict) else None
    for entry in users if isinstance(users, list) else []:
        user = entry.get("user") if isinstance(entry, dict) else None
        if isinstance(user, dict) and any(user.get(one) for one in ("token", "password", "client-key-data")):
            yield Finding(shown, 0, Kind.KUBERNETES_TOKEN, str(entry.get("name", "")), provider)


def _yaml(text: str) -> Any:  # noqa: ANN401 (YAML)
    try:
        return yaml.safe_load(text)
    except (RecursionError, ValueError, yaml.YAMLError):
        return None
