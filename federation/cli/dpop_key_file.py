"""A DPoP key in a file of its owner's: a private JWK."""

import json
from pathlib import Path

from federation.cli.failure import Failed
from federation.client.credential import write_private
from federation.client.key import DpopKey


def key_in(file: Path) -> DpopKey:
    """The key there, or a fresh one that is there from now on; raises Failed, OSError."""
    if not file.exists():
        key = DpopKey.generate()
        write_private(file, json.dumps(dict(key.private_jwk)))
        return key
    try:
        return DpopKey.load(json.loads(file.read_text("ascii")))
    except (TypeError, ValueError):
        raise Failed(f"{file} holds no private EC key as a JWK", "name a new file: one is made there") from None
