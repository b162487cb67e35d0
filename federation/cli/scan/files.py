"""The files of a folder that are looked at, and whose identity would stand there instead of a secret."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

MAX_BYTES: Final = 2_000_000
SKIPPED: Final = frozenset(
    {".git", ".hg", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".terraform", "target"}
)

_BY_PLACE: Final = (
    (".github/workflows/", "github"),
    (".forgejo/workflows/", "forgejo"),
    (".gitea/workflows/", "forgejo"),
    (".gitlab-ci", "gitlab"),
    (".circleci/", "circleci"),
    (".buildkite/", "buildkite"),
    ("bitbucket-pipelines.yml", "bitbucket"),
    ("azure-pipelines", "entra"),
    ("Jenkinsfile", "jenkins"),
)
_BY_SUFFIX: Final = {".tf": "terraform", ".tfvars": "terraform", ".hcl": "terraform"}
UNKNOWN: Final = "oidc"
"""The file alone does not tell what runs it."""


def files_under(path: Path) -> Iterator[Path]:
    """Regular files, links not followed; the path itself if it is one."""
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink() and file.stat().st_size <= MAX_BYTES:
                yield file


def text_of(file: Path) -> str | None:
    """None: it is no text, or it may not be read."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    return None if b"\0" in content else content.decode("utf-8", errors="replace")


def provider_for(file: str, text: str) -> str:
    """Whose identity the thing has that reads the file."""
    path = PurePosixPath(file)
    for place, provider in _BY_PLACE:
        if place in f"{path}":
            return provider
    if "apiVersion:" in text and "kind:" in text and path.suffix in (".yaml", ".yml"):
        return "kubernetes"
    return _BY_SUFFIX.get(path.suffix, UNKNOWN)
