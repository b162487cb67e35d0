"""Good inputs that are texts: a folder of them for each target."""

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "seeds"


def seeds(name: str) -> tuple[bytes, ...]:
    """In the order of their names."""
    return tuple(file.read_bytes() for file in sorted((_FOLDER / name).iterdir()))
