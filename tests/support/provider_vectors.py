"""Claim sets as providers document them, and what is wrong with their twins (tests/vectors/providers)."""

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

from federation.model.trust import Issuer, IssuerKeys

VECTORS = Path(__file__).parents[1] / "vectors" / "providers"


class ClaimsCase(NamedTuple):
    """One claim set; `reason` is empty where it must be accepted."""

    provider: str
    name: str
    claims: dict[str, Any]
    reason: str
    misshapen: tuple[str, ...] = ()
    """Claims of another form than documented."""


def load(provider: str) -> dict[str, Any]:
    """The vectors of one provider."""
    return dict(json.loads((VECTORS / f"{provider}.json").read_text()))


def vectors() -> list[dict[str, Any]]:
    """The vectors of every provider."""
    return [load(path.stem) for path in sorted(VECTORS.glob("*.json"))]


def claims_of(provider: str, name: str) -> dict[str, Any]:
    """A fresh copy of the accepted claim set of that name."""
    return next(case.claims for case in cases("accepted") if (case.provider, case.name) == (provider, name))


def cases(verdict: str) -> list[ClaimsCase]:
    """All `accepted`, `refused` or `misshapen` claim sets, built from the ones they are like."""
    return [
        ClaimsCase(
            vector["provider"],
            case["name"],
            _build(vector, case),
            case.get("reason", ""),
            tuple(case.get("misshapen", ())),
        )
        for vector in vectors()
        for case in vector.get(verdict, ())
    ]


def _build(vector: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    if "claims" in case:
        return copy.deepcopy(case["claims"])
    like = next(other for other in vector["accepted"] if other["name"] == case["like"])
    claims = {**_build(vector, like), **copy.deepcopy(case.get("set", {}))}
    return {name: value for name, value in claims.items() if name not in case.get("remove", ())}


def issuer(provider: str, url: str, name: str = "issuer") -> Issuer:
    """A trusted issuer of that provider."""
    return Issuer(
        id=name,
        version=1,
        provider=provider,
        issuer=url,
        audiences=("https://federation.example.com",),
        keys=IssuerKeys(discovery=True),
        algorithms=("RS256",),
        max_token_age=3600,
    )
