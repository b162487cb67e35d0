"""Why documents are written, where nobody says so: the subject of the commit that they are from."""

import subprocess
from pathlib import Path
from shutil import which

LONGEST = 512
"""Characters that the bridge keeps of a reason."""
PATIENCE = 5
"""Seconds."""


def last_commit(folder: Path) -> str:
    """One printable line; empty where there is no git, or no commit."""
    git = which("git")
    if git is None:
        return ""
    where = folder if folder.is_dir() else folder.parent
    command = [git, "-C", str(where), "log", "-1", "--format=%s"]
    try:
        shown = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 (git itself)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    text = shown.stdout.decode("utf-8", "replace").strip()
    return "".join(character for character in text if character.isprintable())[:LONGEST]
