"""An admin rotates and revokes our keys from the command line of a laptop: what holders of tokens and verifiers see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from federation.bootstrap.keys import rotation
from federation.client.http import send
from federation.model.keys import SEEN_BY_ALL
from tests.support.cli_runs import fedbridge
from tests.support.eventually import eventually
from tests.support.tenants_laptop import LEDGER, Laptop, tenants_laptop

JWKS = "/.well-known/jwks.json"


@pytest.fixture
def laptop() -> Iterator[Laptop]:
    with tenants_laptop() as laptop:
        yield laptop


def published(laptop: Laptop) -> dict[str, Any]:
    """By kid."""
    return {key["kid"]: key for key in send(laptop.local.url + JWKS, "GET").members["keys"]}


def token(laptop: Laptop) -> str:
    return str(laptop.exchange().members["access_token"])


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def verify(laptop: Laptop, token: str) -> None:
    """As any service does."""
    key = jwt.PyJWK(published(laptop)[kid(token)])
    jwt.decode(token, key, ["RS256"], audience=LEDGER, issuer=laptop.local.url)


def with_standby(laptop: Laptop) -> str:
    """As it is ten minutes after the bridge was started; the kid of the key that is next."""
    rotating = rotation(laptop.local.settings)
    rotating.run()
    eventually(lambda: len(published(laptop)) == 2)
    eventually(lambda: all(key.published_at for key in rotating.moves.current().keys))
    now = int(rotating.clock.now())
    keys = rotating.moves.make(lambda keys: keys.with_doubt(now - SEEN_BY_ALL))
    (standby,) = [key.kid for key in keys.keys if key.active_since is None]
    return standby


def keys(laptop: Laptop, tmp_path: Path, *arguments: str) -> dict[str, Any]:
    (tmp_path / "token").write_text(laptop.admin_token, encoding="ascii")
    where = ("--url", laptop.local.url, "--token-file", str(tmp_path / "token"), "--json")
    result = fedbridge("keys", *arguments, *where)
    assert result.exit_code == 0, result.output
    shown: dict[str, Any] = json.loads(result.stdout)
    return shown


def test_a_rotation_leaves_old_tokens_good_and_a_revocation_ends_them(laptop: Laptop, tmp_path: Path) -> None:
    old, standby = token(laptop), with_standby(laptop)
    shown = keys(laptop, tmp_path, "rotate", "--reason", "drill")
    assert {key["kid"]: key["state"] for key in shown["items"]}[standby] == "active"
    new = token(laptop)
    assert kid(new) == standby != kid(old)
    for each in (old, new):
        verify(laptop, each)
    keys(laptop, tmp_path, "revoke", kid(old), "--reason", "found in a paste")
    assert kid(old) not in published(laptop), "when the command returns, the key is out of the set"
    assert laptop.exchange(token=old).status == 400
    assert laptop.admin("GET", "/keys").status == 401, "the admin's own token was of that key"
    verify(laptop, new)
    records = {record["outcome"]: record for record in laptop.local.trail.all_issued()}
    assert records["key_rotated"]["key_order_reason"] == "drill"
    assert records["key_revoked"]["revoked_kid"] == kid(old)
