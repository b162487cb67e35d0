"""The caller's own token is looked at here, and shown to nobody."""

import time
from pathlib import Path

import pytest

from federation.cli.doctor.finding import Result
from federation.cli.doctor.visit import seconds
from federation.model.json import Json
from tests.support.sound_bridge import HOUR, SoundBridge

VARIABLE = "FEDBRIDGE_SUBJECT_TOKEN"


def holding(sound: SoundBridge, **changes: Json) -> None:
    """A token with these claims; None: without."""
    claims = {**sound.claims(), "iss": "https://idp.example.com", **changes}
    sound.environment[VARIABLE] = sound.keys[0].sign({key: value for key, value in claims.items() if value is not None})


def test_the_source_is_the_one_that_a_command_would_take(sound: SoundBridge) -> None:
    assert VARIABLE in sound.look("caller.source").seen
    sound.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = "https://token.example.com"
    assert "several identities were found here: env, github" in sound.look("caller.source").seen
    del sound.environment[VARIABLE]
    refused = sound.look("caller.source")
    assert (refused.result, "id-token: write" in refused.next) == (Result.FAILED, True)
    sound.environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "secret"
    assert "GitHub Actions" in sound.look("caller.source").seen
    assert sound.look("caller.token").result is Result.NOT_CHECKED


def test_without_a_token_there_is_nothing_to_check(sound: SoundBridge) -> None:
    sound.environment.clear()
    found = sound.looks("caller.source", "caller.token")
    assert {one.result for one in found.values()} == {Result.NOT_CHECKED}


NOW = time.time()


@pytest.mark.parametrize(
    ("changes", "result", "words"),
    [
        ({}, Result.OK, "by https://idp.example.com, for this bridge"),
        ({"exp": NOW - 2 * HOUR}, Result.FAILED, "expired"),
        ({"exp": None}, Result.FAILED, "until when"),
        ({"exp": "soon"}, Result.FAILED, "until when"),
        ({"nbf": NOW + HOUR}, Result.FAILED, "not good yet"),
        ({"aud": "api://somebody-else"}, Result.WARNING, "api://somebody-else"),
        ({"aud": None}, Result.WARNING, "for None"),
    ],
)
def test_a_token_that_will_be_refused_is_told(
    sound: SoundBridge, changes: dict[str, Json], result: Result, words: str
) -> None:
    holding(sound, **changes)
    found = sound.look("caller.token")
    assert (found.result, words in found.seen) == (result, True), found


def test_a_list_of_audiences_may_hold_the_bridge(sound: SoundBridge) -> None:
    holding(sound, aud=["api://somebody-else", sound.url])
    assert sound.look("caller.token").result is Result.OK


@pytest.mark.parametrize(
    ("text", "result"), [("no-jwt", Result.WARNING), ("a.b.c", Result.WARNING), ("two words", Result.FAILED)]
)
def test_what_is_no_token_is_told_and_not_shown(sound: SoundBridge, text: str, result: Result) -> None:
    sound.environment[VARIABLE] = text
    found = sound.look("caller.token")
    assert (found.result, text in f"{found.seen}{found.next}") == (result, False)


def test_a_token_that_proves_nothing_is_told(sound: SoundBridge) -> None:
    sound.environment[VARIABLE] = "eyJhbGciOiJub25lIn0.e30."
    assert "proves nothing" in sound.look("caller.token").seen


def test_a_file_is_a_source_like_any_other(sound: SoundBridge, tmp_path: Path) -> None:
    (tmp_path / "partner.jwt").write_text(sound.environment[VARIABLE])
    assert sound.look("caller.token", f"file:{tmp_path}/partner.jwt").result is Result.OK
    missing = sound.look("caller.token", f"file:{tmp_path}/missing.jwt")
    assert (missing.result, "missing.jwt" in missing.seen) == (Result.FAILED, True)
    assert sound.look("caller.token", "teapot").result is Result.FAILED


def test_a_browser_is_not_opened(sound: SoundBridge) -> None:
    assert sound.look("caller.token", "device").result is Result.NOT_CHECKED


@pytest.mark.parametrize("value", [None, True, "5", [5]])
def test_only_a_number_is_a_time(value: object) -> None:
    assert seconds({"exp": value}, "exp") is None
