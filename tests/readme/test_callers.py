"""docs/callers.md: every source and every error that it names exists, none is left out, and its Python runs."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from google.auth.transport.requests import Request

from federation.client import FederatedToken, errors
from federation.client.errors import ClientError
from federation.client.sources.choice import PLACES, find_source
from federation.client.sources.source import Surroundings
from tests.support.bridge_server import AUDIENCE, Bridge
from tests.support.caller_identity import Workload

GUIDE = (Path(__file__).parents[2] / "docs" / "callers.md").read_text()
BRIDGE = "https://federation.example.com"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def here(text: str, bridge: Bridge) -> str:
    return text.replace(BRIDGE, bridge.url)


def test_every_source_is_named_and_every_name_is_one() -> None:
    table = GUIDE.partition("| place |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[2])]
    assert {name.partition(":")[0] for name in named} == {place.name for place in PLACES}
    for name in named:
        assert find_source(name, Surroundings(environment={})).name == name.partition(":")[0]


def test_every_error_that_is_named_is_one() -> None:
    table = GUIDE.partition("| error |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`([A-Z]\w+)`", row.split("|")[1])}
    ours = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, ClientError)}
    assert named == ours - {"ClientError"}


def test_the_three_lines_are_all_that_a_program_needs(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDBRIDGE_SUBJECT_TOKEN", bridge.token("partner"))
    names: dict[str, Any] = {}
    exec(here(blocks("python")[0], bridge), names)  # noqa: S102 (the guide's own text)
    token = names["token"]
    assert isinstance(token, FederatedToken)
    assert isinstance(names["api"], httpx.Client)
    assert bridge.verify_token(token.get().access_token)["scope"] == "risk:score:read"


def test_authlib_and_google_auth_get_a_token_as_shown(bridge: Bridge, tmp_path: Path) -> None:
    authlib, google = (block for block in blocks("python") if "authlib" in block or "identity_pool" in block)
    names: dict[str, Any] = {"own_token": bridge.token("partner")}
    exec(here(authlib, bridge), names)  # noqa: S102
    assert bridge.verify_token(names["session"].token["access_token"])["aud"] == AUDIENCE
    (tmp_path / "token").write_text(bridge.token("kubernetes"))
    exec(here(google, bridge).replace("/var/run/secrets/federation-bridge/token", f"{tmp_path}/token"), names)  # noqa: S102
    names["credentials"].refresh(Request())
    assert bridge.verify_token(str(names["credentials"].token))["sub"] == "k8s/acme/settlement"


def test_a_delegation_as_shown_is_asked_for(bridge: Bridge) -> None:
    """Whether it is granted is up to the Audience; here no tool is registered."""
    token = FederatedToken(bridge.url, AUDIENCE, source=Workload(bridge, "kubernetes"))
    with pytest.raises(errors.Refused) as caught:
        token.delegate(bridge.token("partner"), "search", purpose="find a flight")
    assert caught.value.reason != ""
    assert "token.delegate(" in GUIDE


def test_the_volume_is_one_of_kubernetes() -> None:
    (volume,) = yaml.safe_load(blocks("yaml")[0])["volumes"]
    assert volume["projected"]["sources"][0]["serviceAccountToken"]["audience"] == BRIDGE


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)", GUIDE)
    assert [link for link in links if not (Path(__file__).parents[2] / "docs" / link).exists()] == []
