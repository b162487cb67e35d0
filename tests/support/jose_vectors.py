"""Vectors as data: correctly signed tokens whose header or claims must be refused, filed by row."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from federation.oauth.reasons import Reason
from tests.support.issuer_world import claims
from tests.support.jose_tokens import json_bytes

REASONS = {reason.value: reason for reason in Reason}
FOLDER = Path(__file__).parents[1] / "vectors" / "jose"


@dataclass(frozen=True)
class Vector:
    """JSON text for the header and for the claims, and the reason for which the token must be refused."""

    header: str
    claims: str
    reason: Reason


def vectors(row: str) -> list[ParameterSet]:
    """Every vector of a row, named."""
    entries = [entry for file in sorted(FOLDER.glob("*.json")) for entry in json.loads(file.read_text())]
    mine = [entry for entry in entries if entry["row"] == row]
    return [pytest.param(_vector(entry), id=entry["name"]) for entry in mine]


def _vector(entry: dict[str, str]) -> Vector:
    header = entry.get("header", '{"alg":"RS256","kid":"rsa-1","typ":"JWT"}')
    members = json_bytes({name: value for name, value in claims().items() if name != entry.get("instead_of")}).decode()
    extra = entry.get("member")
    text = members if extra is None else f"{members[:-1]},{extra}}}"
    return Vector(header, entry.get("claims", text), REASONS[entry["reason"]])
