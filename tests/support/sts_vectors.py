"""Vectors as data: subject tokens that must be refused before AWS is asked, and what AWS might answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from federation.oauth.reasons import Reason
from tests.support.sts_signing import sign, token

FOLDER = Path(__file__).parents[1] / "vectors" / "aws_request"
REASONS = {reason.value: reason for reason in Reason}


def load(name: str) -> Any:  # noqa: ANN401 (JSON)
    return json.loads((FOLDER / f"{name}.json").read_text())


def refused_tokens(at: float, row: str = "") -> list[ParameterSet]:
    """(token, reason) of every refused token of a row, or of all of them."""
    return [
        pytest.param(token_of(entry, at), REASONS[entry["reason"]], id=entry["name"])
        for entry in load("refused")["refused"]
        if row in ("", entry["row"])
    ]


def token_of(entry: dict[str, Any], at: float) -> str:
    """`sign`: how it was signed; then what was done to it: `set` members, `change` headers (null: without), `add` some.

    `text` is the token itself.
    """
    if "text" in entry:
        return str(entry["text"])
    request = {**sign(at=at, **entry.get("sign", {})), **entry.get("set", {})}
    changed = entry.get("change", {})
    if changed or "add" in entry:
        kept = [
            {**header, "value": changed.get(header["key"], header["value"])}
            for header in request["headers"]
            if changed.get(header["key"], "") is not None
        ]
        request["headers"] = kept + [{"key": key, "value": value} for key, value in entry.get("add", [])]
    return token({name: value for name, value in request.items() if value is not None})
