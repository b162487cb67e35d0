"""`fedbridge token` and `verify`: what is asked for, what is printed, which tokens are good."""

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply, refusal

KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        issued = {"access_token": "at.at.at", "token_type": "Bearer", "expires_in": 300, "scope": "read"}
        admin.bridge.on("POST", "/token", Reply(issued))
        jwk = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        admin.bridge.on("GET", "/.well-known/jwks.json", Reply({"keys": [{**jwk, "kid": "k1", "alg": "ES256"}]}))
        yield admin


def ours(admin: FakeAdmin, *, key: ec.EllipticCurvePrivateKey = KEY, typ: str = "at+jwt", **changes: Any) -> str:  # noqa: ANN401 (claims)
    now = int(time.time())
    claims = {"iss": admin.url, "sub": "partner/x", "aud": "api", "iat": now, "exp": now + 60, "jti": "j"}
    changed = {**claims, "client_id": "partner/x", **changes}
    kept = {name: value for name, value in changed.items() if value is not None}
    return jwt.encode(kept, key, "ES256", {"typ": typ, "kid": "k1"})


def test_the_token_alone_is_printed(admin: FakeAdmin) -> None:
    result = admin.run("token", "--audience", "api", "--scope", "read", "--source", "-", input="id.id.id")
    assert (result.exit_code, result.stdout) == (0, "at.at.at")
    form = admin.bridge.asked[-1].form
    assert (form["audience"], form["scope"], form["subject_token"]) == ("api", "read", "id.id.id")


def test_all_that_is_known_of_it_is_printed_as_json(admin: FakeAdmin) -> None:
    result = admin.run("token", "--audience", "api", "--source", "-", "--json", input="id.id.id")
    printed = json.loads(result.stdout)
    assert (printed["access_token"], printed["token_type"], printed["scope"]) == ("at.at.at", "Bearer", "read")


def test_the_key_that_it_is_bound_to_is_made_once(admin: FakeAdmin) -> None:
    file = admin.folder / "key.json"
    arguments = ("token", "--audience", "api", "--source", "-", "--dpop-key-file", file)
    bound = {"access_token": "at.at.at", "token_type": "DPoP", "expires_in": 300, "scope": "read"}
    admin.bridge.on("POST", "/token", Reply(bound))
    results = [admin.run(*arguments, input="id.id.id") for _ in range(2)]
    assert [result.exit_code for result in results] == [0, 0]
    proofs = [jwt.get_unverified_header(asked.headers["dpop"])["jwk"] for asked in admin.bridge.asked]
    assert proofs[0] == proofs[1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("{}")
    assert admin.run(*arguments, input="id.id.id").exit_code == 1


def test_whoever_acts_is_named(admin: FakeAdmin) -> None:
    (admin.folder / "actor.jwt").write_text("ac.ac.ac\n")
    arguments = ("token", "--audience", "api", "--source", "-", "--actor-token-file", admin.folder / "actor.jwt")
    assert admin.run(*arguments, input="id.id.id").exit_code == 0
    assert admin.bridge.asked[-1].form["actor_token"] == "ac.ac.ac"


def test_an_approval_that_is_waited_for_is_named(admin: FakeAdmin) -> None:
    admin.bridge.on("POST", "/token", refusal("authorization_pending", "approval_pending: wait.", approval_id="a1"))
    result = admin.run("token", "--audience", "api", "--source", "-", input="id.id.id")
    assert (result.exit_code, "approval a1" in result.stderr) == (1, True)


def test_a_token_without_an_audience_is_a_wrong_use(admin: FakeAdmin) -> None:
    assert admin.run("token", "--source", "-", input="id.id.id").exit_code == 2


def test_a_good_token_shows_its_claims(admin: FakeAdmin) -> None:
    result = admin.run("verify", "--audience", "api", input=ours(admin))
    assert (result.exit_code, "partner/x" in result.stdout) == (0, True)
    printed = json.loads(admin.run("verify", "--audience", "api", "--json", input=ours(admin)).stdout)
    assert (printed["valid"], printed["claims"]["sub"]) == (True, "partner/x")


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "other"},
        {"iss": "https://other.example.com"},
        {"exp": 1},
        {"typ": "JWT"},
        {"key": OTHER},
        {"jti": None},
        {"client_id": None},
    ],
)
def test_a_token_that_a_service_must_refuse_is_refused(admin: FakeAdmin, change: dict[str, Any]) -> None:
    result = admin.run("verify", "--audience", "api", input=ours(admin, **change))
    assert (result.exit_code, result.stdout) == (1, "")


@pytest.mark.parametrize("token", ["", "no-token", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_of_ours_is_refused(admin: FakeAdmin, token: str) -> None:
    result = admin.run("verify", "--audience", "api", input=token)
    assert (result.exit_code, "Traceback" in result.output) == (1, False)


def test_whoever_cannot_tell_what_was_revoked_calls_no_token_good(admin: FakeAdmin) -> None:
    place = {"status_list": {"idx": 0, "uri": f"{admin.url}/.well-known/status-list-1"}}
    result = admin.run("verify", "--audience", "api", input=ours(admin, status=place))
    assert (result.exit_code, result.stdout, "revoked" in result.stderr) == (1, "", True)


def test_a_bridge_without_keys_verifies_nothing(admin: FakeAdmin) -> None:
    admin.bridge.on("GET", "/.well-known/jwks.json", Reply({"keys": []}))
    assert admin.run("verify", "--audience", "api", input=ours(admin)).exit_code == 1
