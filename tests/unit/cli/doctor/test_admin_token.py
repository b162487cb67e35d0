"""The token for the admin API: kept well, for this bridge, bound to its key, accepted."""

import json
from pathlib import Path

import pytest

from federation.cli.doctor.finding import Result
from federation.client.credential import Credential, write_credential
from federation.client.key import DpopKey
from federation.model.json import Json
from tests.support.cli_runs import fedbridge
from tests.support.fake_bridge import Reply, problem
from tests.support.sound_bridge import SoundBridge, parsed

AWS = "https://federation.example.com"
LOCAL = ("admin.file", "admin.token", "admin.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_told(sound: SoundBridge, mode: int) -> None:
    sound.credential.chmod(mode)
    found = sound.look("admin.file")
    assert (found.result, f"chmod 600 {sound.credential}" in found.next) == (Result.FAILED, True)


def test_whoever_is_not_logged_in_is_told_how(tmp_path: Path, sound: SoundBridge) -> None:
    result = fedbridge("doctor", "--json", "--url", sound.url, XDG_CONFIG_HOME=str(tmp_path / "nowhere"))
    found = parsed(result.stdout)
    assert result.exit_code == 0
    assert {found[name]["result"] for name in (*LOCAL, "admin.accepted", "trust.issuers")} == {"not_checked"}
    assert f"fedbridge login --url {sound.url}" in found["admin.token"]["next"]


@pytest.mark.parametrize("content", [None, "{", "{}", '{"access_token": 1, "dpop_key": {}, "expires_at": 1}', "\xff"])
def test_a_file_that_was_named_and_holds_no_token_is_told_once(sound: SoundBridge, content: str | None) -> None:
    sound.credential.unlink()
    if content is not None:
        sound.credential.write_text(content, encoding="latin-1")
        sound.credential.chmod(0o600)
    found = sound.looks(*LOCAL)
    assert [one.result for one in found.values()] == [Result.FAILED, Result.NOT_CHECKED, Result.NOT_CHECKED]


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": 1_800_000}, "expired"),
        ({"exp": None}, "expired"),
        ({"iss": "https://elsewhere.example.com"}, "elsewhere.example.com"),
        ({"aud": "risk-engine"}, "risk-engine"),
        ({"aud": None}, "None"),
    ],
)
def test_a_token_that_opens_nothing_here_is_told_and_not_sent(
    sound: SoundBridge, claims: dict[str, Json], words: str
) -> None:
    sound.log_in(**claims)
    found = sound.looks("admin.token", "admin.accepted", "trust.issuers")
    assert (found["admin.token"].result, words in found["admin.token"].seen) == (Result.FAILED, True)
    assert found["admin.accepted"].result is found["trust.issuers"].result is Result.NOT_CHECKED
    assert [one for one in sound.bridge.asked if "authorization" in one.headers] == []


def test_a_token_of_another_bridge_is_not_sent(sound: SoundBridge) -> None:
    token = sound.log_in()
    write_credential(sound.credential, Credential(token, None, None, AWS))
    found = sound.looks("admin.token", "admin.accepted")
    assert (found["admin.token"].result, AWS in found["admin.token"].seen) == (Result.FAILED, True)
    assert sound.bridge.asked == []


def test_what_is_no_jwt_is_a_warning_and_not_sent(sound: SoundBridge) -> None:
    sound.credential.write_text("opaque")
    assert sound.look("admin.token").result is Result.WARNING
    assert sound.look("admin.accepted").result is Result.NOT_CHECKED


def test_a_key_that_the_token_is_not_bound_to_is_told(sound: SoundBridge) -> None:
    sound.log_in(cnf={"jkt": DpopKey.generate().thumbprint})
    assert "not beside it" in sound.look("admin.key").seen


@pytest.mark.parametrize("binding", [None, "x", {}, {"x5t#S256": "y"}])
def test_a_binding_that_is_not_understood_is_told(sound: SoundBridge, binding: Json) -> None:
    sound.log_in(cnf=binding)
    assert sound.look("admin.key").result is Result.FAILED


def test_a_bearer_token_will_do_on_this_machine_alone(sound: SoundBridge) -> None:
    for url, result in ((sound.url, Result.OK), (AWS, Result.FAILED)):
        claims = {**sound.claims(), "iss": url, "aud": "federation-admin"}
        sound.credential.write_text(sound.keys[0].sign(claims))
        assert sound.look("admin.key", url=url).result is result


@pytest.mark.parametrize(
    ("reply", "result", "words"),
    [
        (problem(401, "token_revoked", "Log in."), Result.FAILED, "token_revoked"),
        (problem(403, "missing_scope", "x"), Result.OK, "not for reading trust"),
        (Reply({"message": "Forbidden"}, 403), Result.FAILED, "HTTP 403"),
        (problem(503, "store_unavailable", "x"), Result.NOT_CHECKED, "HTTP 503"),
        (Reply({}, 302), Result.FAILED, "HTTP 302"),
        (Reply(b"<html>"), Result.FAILED, "no JSON object"),
        (Reply(b"[" * 99_999), Result.FAILED, "no JSON object"),
        (Reply(None, 0), Result.FAILED, "does not speak HTTP"),
    ],
)
def test_whether_the_api_takes_it_is_told(sound: SoundBridge, reply: Reply, result: Result, words: str) -> None:
    sound.bridge.admin("GET", "/issuers", reply)
    found = sound.look("admin.accepted")
    assert (found.result, words in found.seen) == (result, True), found


def test_scopes_and_tenant_are_told(sound: SoundBridge) -> None:
    sound.log_in(scope="trust:read", tenant="acme")
    assert sound.look("admin.scopes").seen == "The token is for the tenant acme, with trust:read."
    sound.log_in(scope="")
    assert sound.look("admin.scopes").result is Result.WARNING


def test_a_file_of_any_json_ends_without_a_traceback(sound: SoundBridge) -> None:
    for bridge in (5, ["x"], None):
        kept = json.loads(sound.credential.read_text())
        sound.credential.write_text(json.dumps({**kept, "bridge": bridge}))
        result = sound.run("doctor", "--json")
        assert isinstance(result.exception, SystemExit | None), result.exception
