"""Endpoints that do not answer as such, or do not refuse."""

import pytest

from federation.cli.doctor.finding import Result
from tests.support.fake_bridge import Reply, problem
from tests.support.sound_bridge import SoundBridge, refused

PATHS = {
    "endpoints.token": ("POST", "/token"),
    "endpoints.introspection": ("POST", "/introspect"),
    "endpoints.revocation": ("POST", "/revoke"),
    "endpoints.admin": ("GET", "/admin/v1/issuers"),
}


@pytest.mark.parametrize("check", PATHS)
def test_whoever_refuses_nobody_is_open_to_everybody(sound: SoundBridge, check: str) -> None:
    sound.bridge.on(*PATHS[check], Reply({"active": True}))
    found = sound.look(check)
    assert (found.result, "lets in every caller" in found.seen) == (Result.FAILED, True)


@pytest.mark.parametrize("check", PATHS)
@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (Reply({"message": "Not Found"}, 404), Result.FAILED),
        (Reply({"message": "Internal Server Error"}, 500), Result.FAILED),
        (Reply({"message": "Service Unavailable"}, 503), Result.WARNING),
        (Reply({}, 429), Result.NOT_CHECKED),
        (Reply({}, 302, {"location": "https://stranger.example.com/"}), Result.FAILED),
        (refused(400, "not_this"), Result.FAILED),
        (refused(401, "not_this"), Result.FAILED),
        (Reply(b"<html>", 400), Result.FAILED),
        (Reply(b"<html>", 401), Result.FAILED),
        (Reply(None, 0), Result.FAILED),
    ],
)
def test_any_other_answer_is_told(sound: SoundBridge, check: str, reply: Reply, result: Result) -> None:
    sound.bridge.on(*PATHS[check], reply)
    found = sound.look(check)
    assert (found.result, bool(found.next)) == (result, True), found


@pytest.mark.parametrize("name", ["correlation_id", "cache-control"])
def test_a_refusal_that_helps_nobody_or_may_be_stored_is_told(sound: SoundBridge, name: str) -> None:
    whole = refused(400, "invalid_request")
    body = {key: value for key, value in whole.body.items() if key != name}
    sound.bridge.on("POST", "/token", Reply(body, 400, {k: v for k, v in whole.headers.items() if k != name}))
    assert sound.look("endpoints.token").result is Result.FAILED


def test_an_admin_api_that_gives_no_code_is_told(sound: SoundBridge) -> None:
    sound.bridge.admin("GET", "/issuers", Reply({"message": "Unauthorized"}, 401))
    assert sound.look("endpoints.admin").result is Result.FAILED
    sound.bridge.admin("GET", "/issuers", problem(401, "missing_bearer_token", "Send a token."))
    assert sound.look("endpoints.admin").result is Result.OK
