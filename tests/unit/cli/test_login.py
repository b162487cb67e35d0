"""`fedbridge login` and `logout`: where the token comes from, what is kept of it and for whom, what is said if not."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from federation.client.credential import read_credential
from federation.model.confirmation import ADMIN_SCOPES
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Asked, FakeBridge, Reply, fake_bridge, problem, refusal

ISSUED = Reply(
    {"access_token": "at.at.at", "token_type": "DPoP", "expires_in": 3600, "scope": "trust:read trust:write"},
)


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        admin.bridge.on("POST", "/token", ISSUED)
        (tmp_path / "id.jwt").write_text("id.id.id\n", encoding="ascii")
        admin.credential.unlink()
        yield admin


@pytest.fixture
def idp() -> Iterator[FakeBridge]:
    with fake_bridge() as idp:
        endpoints = {"device_authorization_endpoint": f"{idp.url}/device", "token_endpoint": f"{idp.url}/token"}
        idp.on("GET", "/.well-known/openid-configuration", Reply({"issuer": idp.url, **endpoints}))
        told = {"device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.example.com/device"}
        idp.on("POST", "/device", Reply({**told, "expires_in": 600, "interval": 0}))
        yield idp


def test_the_token_is_bound_to_a_fresh_key_and_kept_for_its_owner_alone(admin: FakeAdmin) -> None:
    result = admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    assert (result.exit_code, "trust:read trust:write" in result.stdout) == (0, True)
    (asked,) = admin.bridge.all_asked("POST", "/token")
    kept = read_credential(admin.credential)
    assert kept.key is not None
    assert jwt.get_unverified_header(asked.headers["dpop"])["jwk"] == kept.key.public_jwk
    assert (kept.access_token, kept.bridge) == ("at.at.at", admin.url)
    assert stat.S_IMODE(admin.credential.stat().st_mode) == 0o600
    assert "at.at.at" not in result.output


def test_all_that_the_grant_gives_is_asked_for_unless_scopes_are_named(admin: FakeAdmin) -> None:
    admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    admin.run("login", "--source", f"file:{admin.folder}/id.jwt", "--scope", "trust:read", "--scope", "audit:read")
    first, second = (asked.form for asked in admin.bridge.all_asked("POST", "/token"))
    assert (first["audience"], first.get("scope")) == ("federation-admin", None)
    assert second["scope"] == "trust:read audit:read"


def test_who_has_a_token_for_the_admin_api_already_is_told_to_use_it(admin: FakeAdmin) -> None:
    there = jwt.encode({"aud": "federation-admin"}, "k" * 32)
    result = admin.run("login", "--source", "-", input=there)
    assert (result.exit_code, "--token-file" in result.stderr, admin.bridge.asked) == (2, True, [])


def test_the_folder_of_the_credential_is_made_and_is_private(admin: FakeAdmin) -> None:
    home = admin.folder / "home"
    result = admin.run(
        *("login", "--source", "-"), input="id.id.id\n", FEDBRIDGE_TOKEN_FILE="", XDG_CONFIG_HOME=str(home)
    )
    assert result.exit_code == 0
    assert stat.S_IMODE((home / "fedbridge").stat().st_mode) == 0o700
    assert (home / "fedbridge" / "credential").exists()


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--source", "env:MY_TOKEN"), {"MY_TOKEN": "id.id.id"}),
        ((), {"FEDBRIDGE_SUBJECT_TOKEN": "id.id.id"}),
    ],
)
def test_the_token_may_be_in_a_variable(
    admin: FakeAdmin, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    assert admin.run("login", *arguments, **environment).exit_code == 0
    assert admin.bridge.asked[-1].form["subject_token"] == "id.id.id"


def test_a_github_job_asks_github_for_a_token_for_this_bridge(admin: FakeAdmin) -> None:
    admin.bridge.on("GET", "/github", Reply({"value": "gh.gh.gh"}))
    github = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{admin.url}/github?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
    }
    assert admin.run("login", **github).exit_code == 0
    (asked,) = admin.bridge.all_asked("GET", "/github")
    assert asked.query == {"api-version": "2", "audience": admin.url}
    assert asked.headers["authorization"] == "Bearer job"
    assert admin.bridge.asked[-1].form["subject_token"] == "gh.gh.gh"


def test_a_person_is_told_where_to_say_yes_and_waited_for(admin: FakeAdmin, idp: FakeBridge) -> None:
    idp.on("POST", "/token", refusal("authorization_pending", ""), Reply({"id_token": "id.id.id"}))
    result = admin.run("login", "--source", "device", "--issuer", idp.url, "--client-id", "fedbridge")
    assert result.exit_code == 0
    assert "open https://idp.example.com/device and enter WDJB-MJHT" in result.stderr
    assert [asked.form["client_id"] for asked in idp.asked[1:]] == ["fedbridge"] * 3
    form = admin.bridge.asked[-1].form
    assert form["subject_token"] == "id.id.id"
    assert form["subject_token_type"] == "urn:ietf:params:oauth:token-type:id_token"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refusal("access_denied", ""), "access_denied"),
        (refusal("expired_token", ""), "expired_token"),
        (Reply({"access_token": "x"}), "no ID token"),
        (Reply(status=500), "None"),
    ],
)
def test_who_says_no_is_not_logged_in(admin: FakeAdmin, idp: FakeBridge, answer: Reply, said: str) -> None:
    idp.on("POST", "/token", answer)
    result = admin.run("login", "--source", "device", "--issuer", idp.url, "--client-id", "fedbridge")
    assert (result.exit_code, said in result.stderr, admin.credential.exists()) == (1, True, False)


def test_a_provider_that_says_it_is_another_is_not_asked_further(admin: FakeAdmin, idp: FakeBridge) -> None:
    idp.on("GET", "/.well-known/openid-configuration", Reply({"issuer": "https://other.example.com"}))
    result = admin.run("login", "--source", "device", "--issuer", idp.url, "--client-id", "fedbridge")
    assert (result.exit_code, len(idp.asked)) == (1, 1)


def test_a_bearer_token_is_not_kept_where_a_bound_one_was_asked_for(admin: FakeAdmin) -> None:
    admin.bridge.on("POST", "/token", Reply({"access_token": "x.x.x", "token_type": "Bearer", "expires_in": 9}))
    result = admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    assert (result.exit_code, admin.credential.exists()) == (1, False)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--source", "file:/nowhere/at/all"), 1, "/nowhere/at/all"),
        (("--source", "env:NOT_SET_AT_ALL"), 1, "NOT_SET_AT_ALL is not set"),
        (("--source", "env"), 1, "FEDBRIDGE_SUBJECT_TOKEN is not set"),
        (("--source", "gopher"), 2, "no source of an identity"),
        (("--source", "auto"), 2, "--source file:PATH"),
        (("--source", "github"), 1, "id-token: write"),
        (("--source", "device"), 2, "--issuer and --client-id"),
        (("--source", "device", "--issuer", "http://idp.example.com", "--client-id", "x"), 1, "no https URL"),
        (("--source", "-", "--url", "http://federation.example.com"), 2, "https://"),
        (("--source", "-", "--url", ""), 2, "FEDBRIDGE_URL"),
        (("--source", "-"), 1, "no token in stdin"),
        (("--source", "-", "--url", "http://127.0.0.1:1"), 1, "no bridge answers at http://127.0.0.1:1"),
    ],
)
def test_what_is_missing_is_said(admin: FakeAdmin, arguments: tuple[str, ...], code: int, said: str) -> None:
    given = "id.id.id" if "http://127.0.0.1:1" in arguments else " \n"
    result = admin.run("login", *arguments, input=given, ACTIONS_ID_TOKEN_REQUEST_URL="", FEDBRIDGE_SUBJECT_TOKEN="")
    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr


def test_a_refusal_is_told_with_its_correlation_id(admin: FakeAdmin) -> None:
    admin.bridge.on("POST", "/token", refusal("invalid_request", "no_mapping: not mapped."))
    result = admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    assert result.exit_code == 1
    assert "no_mapping" in result.stderr
    assert "corr-2" in result.stderr
    as_json = json.loads(admin.run("login", "--source", f"file:{admin.folder}/id.jwt", "--json").stdout)
    assert as_json["error"]["code"] == "invalid_request"


def test_all_that_there_is_is_asked_for_where_a_grant_gives_nothing_by_itself(admin: FakeAdmin) -> None:
    admin.bridge.on("POST", "/token", refusal("invalid_scope", "scope_required: Name the scope."), ISSUED)
    assert admin.run("login", "--source", f"file:{admin.folder}/id.jwt").exit_code == 0
    assert admin.bridge.asked[-1].form["scope"].split() == list(ADMIN_SCOPES)


def test_who_named_scopes_gets_no_others(admin: FakeAdmin) -> None:
    admin.bridge.on("POST", "/token", refusal("invalid_scope", "scope_not_granted: Ask for less."), ISSUED)
    assert admin.run("login", "--source", f"file:{admin.folder}/id.jwt", "--scope", "trust:read").exit_code == 1
    assert len(admin.bridge.asked) == 1


def test_who_may_not_have_everything_is_told_to_name_scopes(admin: FakeAdmin) -> None:
    admin.bridge.on("POST", "/token", refusal("invalid_scope", "scope_required: Name the scope."))
    result = admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    assert (result.exit_code, "--scope" in result.stderr) == (1, True)


def test_logging_out_revokes_the_token_and_removes_it(admin: FakeAdmin) -> None:
    admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    admin.bridge.on("POST", "/revoke", Reply())
    result = admin.run("logout")
    assert (result.exit_code, admin.credential.exists()) == (0, False)
    assert admin.bridge.asked[-1].form == {"token": "at.at.at"}


def test_a_token_that_could_not_be_revoked_is_gone_all_the_same(admin: FakeAdmin) -> None:
    admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    admin.bridge.on("POST", "/revoke", problem(503, "store_unavailable", "later"))
    result = admin.run("logout")
    assert (result.exit_code, admin.credential.exists()) == (1, False)
    assert "did not revoke" in result.stderr


def test_a_credential_is_revoked_at_its_own_bridge_alone(admin: FakeAdmin) -> None:
    admin.run("login", "--source", f"file:{admin.folder}/id.jwt")
    admin.bridge.on("POST", "/revoke", Reply())
    assert admin.run("logout", "--url", "http://127.0.0.1:1").exit_code == 0


def test_who_is_not_logged_in_is_told_how(admin: FakeAdmin) -> None:
    result = admin.run("logout")
    assert (result.exit_code, "fedbridge login" in result.stderr) == (1, True)


def test_nothing_that_a_provider_says_moves_the_cursor(admin: FakeAdmin, idp: FakeBridge) -> None:
    told = {"device_code": "d", "user_code": "A\x1b[2JB", "verification_uri": "https://x/", "expires_in": 1}
    idp.on("POST", "/device", Reply({**told, "interval": 0}))
    idp.on("POST", "/token", refusal("\x1b]0;title\x07", ""))
    result = admin.run("login", "--source", "device", "--issuer", idp.url, "--client-id", "fedbridge")
    assert "\x1b" not in result.output


def test_the_proof_is_repeated_with_the_nonce_that_the_bridge_wants(admin: FakeAdmin) -> None:
    def first(asked: Asked) -> Reply:
        assert "nonce" not in jwt.decode(asked.headers["dpop"], options={"verify_signature": False})
        return Reply({"error": "use_dpop_nonce"}, 400, {"dpop-nonce": "n1"})

    admin.bridge.on("POST", "/token", first, ISSUED)
    assert admin.run("login", "--source", f"file:{admin.folder}/id.jwt").exit_code == 0
    proof = jwt.decode(admin.bridge.asked[-1].headers["dpop"], options={"verify_signature": False})
    assert proof["nonce"] == "n1"
