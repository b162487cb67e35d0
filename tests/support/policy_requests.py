"""Policies and requests for tests of decisions."""

import json
from collections.abc import Mapping as ReadOnly
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from federation.model.json import Claims, Json
from federation.model.policy import Circumstances, Decision, DecisionRequest, Network, Party, Place, Policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.slices import PolicySlices

PERMIT = "permit (principal, action, resource)"
FORBID = "forbid (principal, action, resource)"

REQUEST = DecisionRequest(
    principal=Party("partner/acme/sync", "acme-okta", "acme", {"department": "billing"}),
    action="exchange",
    audience=Place("risk-engine", "prod", "acme"),
    context=Circumstances(Network("203.0.113.7", "corp"), now=1_800_000_000, token_age=42),
)


def claiming(claims: Claims) -> DecisionRequest:
    return replace(REQUEST, context=replace(REQUEST.context, claims=claims))


def policies(texts: ReadOnly[str, str]) -> tuple[Policy, ...]:
    return tuple(Policy(name, 1, text) for name, text in texts.items())


def decide(texts: ReadOnly[str, str], request: DecisionRequest = REQUEST) -> Decision:
    return CedarEngine().decide(request, PolicySlices(policies(texts)))


def load(name: str) -> Any:  # noqa: ANN401  (as JSON is)
    return json.loads((Path(__file__).parents[1] / "vectors" / "cedar" / f"{name}.json").read_text())


def known(places: ReadOnly[str, Json]) -> dict[str, Place]:
    """Audiences by id, each in the environment named."""
    return {name: Place(name, str(environment)) for name, environment in places.items()}
