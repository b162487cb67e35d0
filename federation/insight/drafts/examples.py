"""An example of each provider's tokens: what their documentation shows (tests/vectors/providers says from where)."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from federation.model.json import JsonObject


class ExampleToken(Struct, frozen=True):
    """Claims without those that depend on time and on whom a token is for."""

    issuer: str
    """URL, or trust domain."""
    says: str
    """What kind of identity it is."""
    claims: JsonObject


@lru_cache(maxsize=1)
def example_tokens() -> Mapping[str, ExampleToken]:
    """Provider -> its example."""
    found = json.loads(Path(__file__).with_name("example_tokens.json").read_text("utf-8"))
    return {name: ExampleToken(**members) for name, members in found.items()}
