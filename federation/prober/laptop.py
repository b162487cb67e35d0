"""The prober's identity in files: a private key, and the trust documents that make it known to a bridge."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from federation.client.credential import write_private
from federation.prober.identity import ProbeKey, made_key, read_key, trust_documents

KEY_FILE, TRUST_FILE = "prober.key", "prober.yaml"


def set_up(folder: Path) -> None:
    """Writes both, with a fresh key unless there is one; raises OSError, ValueError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / KEY_FILE
    if not file.exists():
        write_private(file, made_key()[1].decode("ascii"))
    write_trust(folder, key_in(file).jwk)


def write_trust(folder: Path, jwk: Mapping[str, str]) -> None:
    """The documents alone, for a key that is elsewhere; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump_all(trust_documents(jwk), sort_keys=False)
    (folder / TRUST_FILE).write_text(text, encoding="utf-8")


def key_in(file: Path) -> ProbeKey:
    """Raises OSError, ValueError."""
    return read_key(file.read_bytes())
