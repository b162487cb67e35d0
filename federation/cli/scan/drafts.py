"""Draft trust documents in the place of secrets: disabled, with values to fill in that only their owner knows."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from federation.cli.scan.finding import WAYS, Finding

FILL_IN: Final = "fill-in"
_NUMBER: Final = "0"
_UUID: Final = "00000000-0000-4000-8000-000000000000"

_ISSUERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "azure-pipelines": {"issuer": f"https://vstoken.dev.azure.com/{_UUID}"},
    "forgejo": {"issuer": "https://forgejo.fill-in.example/api/actions"},
    "bitbucket": {"issuer": "https://api.bitbucket.org/2.0/workspaces/fill-in/pipelines-config/identity/oidc"},
    "circleci": {"issuer": f"https://oidc.circleci.com/org/{_UUID}"},
    "entra": {"issuer": f"https://login.microsoftonline.com/{_UUID}/v2.0"},
    "jenkins": {"issuer": "https://jenkins.fill-in.example/oidc"},
    "kubernetes": {"issuer": "https://kubernetes.fill-in.example", "algorithms": ["RS256"]},
    "oidc": {"issuer": "https://idp.fill-in.example"},
}
"""What an Issuer document needs beside what its provider knows."""
_MATCHES: Final[Mapping[str, Mapping[str, str]]] = {
    "azure-pipelines": {"prj_id": _UUID, "def_id": _NUMBER, "rpo_ref": "refs/heads/main"},
    "forgejo": {"repository_id": _NUMBER, "ref": "refs/heads/main"},
    "github": {"repository_id": _NUMBER, "repository_owner_id": _NUMBER, "ref": "refs/heads/main"},
    "gitlab": {"project_id": _NUMBER, "ref_protected": "true", "ref_type": "branch", "ref": "main"},
    "circleci": {
        '"oidc.circleci.com/org-id"': _UUID,
        '"oidc.circleci.com/project-id"': _UUID,
        '"oidc.circleci.com/vcs-origin"': "github.com/fill/in",
    },
    "buildkite": {"organization_id": _UUID, "pipeline_id": _UUID},
    "bitbucket": {"repositoryUuid": "{" + _UUID + "}", "branchName": "main"},
    "jenkins": {"sub": "https://jenkins.fill-in.example/job/FILL/job/IN/"},
    "terraform": {"terraform_workspace_id": "ws-fillin0000000000", "terraform_run_phase": "apply"},
    "entra": {"oid": _UUID},
    "kubernetes": {
        "sub": "system:serviceaccount:fill-in:fill-in",
        '"kubernetes.io".serviceaccount.uid': _UUID,
    },
}
"""What a mapping of the provider pins; others pin `sub`."""


def drafts(findings: Iterable[Finding]) -> dict[str, list[dict[str, Any]]]:
    """File name -> documents: a file per provider, and one for the audiences."""
    found = sorted({(one.provider, WAYS[one.kind].audience) for one in findings})
    files: dict[str, list[dict[str, Any]]] = {}
    for provider in dict.fromkeys(provider for provider, _ in found):
        wanted = [audience for other, audience in found if other == provider]
        files[f"{provider}.yaml"] = [_issuer(provider), _mapping(provider, wanted)]
    if found:
        files["audiences.yaml"] = [_audience(audience) for audience in dict.fromkeys(one for _, one in sorted(found))]
    return files


def write(folder: Path, files: Mapping[str, list[dict[str, Any]]]) -> None:
    """Raises FileExistsError for a file that is there already; nothing is written then."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in files:
        if (folder / name).exists():
            raise FileExistsError(17, "is there already", str(folder / name))
    for name, documents in files.items():
        text = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=120)
        head = "# A draft: fill in what only you know, then remove `enabled: false`.\n"
        (folder / name).write_text(head + text, encoding="utf-8")


def _issuer(provider: str) -> dict[str, Any]:
    members = _ISSUERS.get(provider, {})
    return {"kind": "Issuer", "id": f"draft-{provider}", "provider": provider, **members, "enabled": False}


def _mapping(provider: str, audiences: list[str]) -> dict[str, Any]:
    return {
        "kind": "Mapping",
        "id": f"draft-{provider}",
        "issuer": f"draft-{provider}",
        "match": dict(_MATCHES.get(provider, {"sub": FILL_IN})),
        "principal": f"draft/{provider}",
        "grants": [{"audience": audience, "scopes": ["use"]} for audience in audiences],
        "enabled": False,
    }


def _audience(audience: str) -> dict[str, Any]:
    return {"kind": "Audience", "id": audience, "scopes": ["use"], "max_ttl": "15m", "enabled": False}
