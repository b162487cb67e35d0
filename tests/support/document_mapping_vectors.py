"""Match lines, paths and templates as data (tests/vectors/mapping)."""

import json
from pathlib import Path
from typing import Any


def load(name: str) -> Any:  # noqa: ANN401  (as JSON is)
    return json.loads((Path(__file__).parents[1] / "vectors" / "mapping" / f"{name}.json").read_text())
