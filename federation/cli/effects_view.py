"""What a plan means: which identities gain or lose what."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from federation.cli.failure import printable


def print_effects(console: Console, effects: Sequence[Mapping[str, Any]]) -> None:
    """A line each."""
    if not effects:
        return
    console.print(Text("what it means", "bold"))
    for effect in effects:
        console.print(Text(f"  {printable(str(dict(effect)))}"), soft_wrap=True)
