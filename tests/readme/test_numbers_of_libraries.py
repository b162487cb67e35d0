"""docs/keys.md and docs/callers.md: the numbers of other people's libraries are those of what is installed."""

# mypy: disable-error-code="import-untyped,no-untyped-call,unused-ignore"

import re
from importlib.metadata import version
from inspect import signature
from pathlib import Path

import jwt
import pytest
from fastmcp.server.auth.providers.jwt import JWTVerifier
from google.auth import _helpers

DOCS = Path(__file__).parents[2] / "docs"
KEYS, CALLERS = ((DOCS / name).read_text() for name in ("keys.md", "callers.md"))


def cells(page: str, library: str) -> list[str]:
    (row,) = [line for line in page.splitlines() if line.startswith("|") and library in line.split("|")[1]]
    return [cell.strip() for cell in row.strip("|").split("|")]


def first_number(cell: str) -> int:
    found = re.search(r"[0-9][0-9,]*", cell)
    assert found is not None
    return int(found[0].replace(",", ""))


@pytest.mark.parametrize(("library", "package"), [("PyJWKClient", "PyJWT"), ("FastMCP", "fastmcp")])
def test_the_versions_are_those_that_are_installed(library: str, package: str) -> None:
    assert version(package) in cells(KEYS, library)[0]


def test_how_long_pyjwt_and_fastmcp_hold_a_key() -> None:
    held, new = map(first_number, cells(KEYS, "PyJWKClient")[1:3])
    defaults = {name: each.default for name, each in signature(jwt.PyJWKClient.__init__).parameters.items()}
    assert (held, new) == (defaults["lifespan"], defaults["cooldown_duration"])
    held, new = map(first_number, cells(KEYS, "FastMCP")[1:3])
    verifier = JWTVerifier(jwks_uri="https://federation.example.com/.well-known/jwks.json")
    assert (held, new) == (
        verifier._cache_ttl,
        signature(JWTVerifier.__init__).parameters["jwks_refresh_interval"].default,
    )


def test_when_google_auth_takes_a_token_for_stale() -> None:
    assert first_number(cells(CALLERS, "google-auth (Python)")[1]) == _helpers.REFRESH_THRESHOLD.total_seconds()
