"""What a request says beside its identity, as the forms of Why? and the simulator name it and `explain` takes it."""

from collections.abc import Mapping
from typing import Any, Final

FURTHER: Final = ("audience", "scope", "client", "ip", "proof")
IN_URL: Final = 6000
"""Characters of claims that stand in a URL; a token never does."""


def further_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Of a form, a URL or a question; what is empty is left out."""
    return {name: text for name in FURTHER if (text := str(given.get(name) or "").strip())}
