"""`fedbridge doctor` as a whole: what people and machines are told, and how it ends."""

import json
from pathlib import Path

import pytest

from federation.cli.doctor.examination import CHECKS
from tests.support.cli_runs import fedbridge
from tests.support.fake_bridge import Reply
from tests.support.sound_bridge import SoundBridge, parsed


def test_where_nothing_is_wrong_nothing_is_to_be_done(sound: SoundBridge) -> None:
    result = sound.run("doctor", "--json", **sound.environment)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["bridge"], told["result"]) == (sound.url, "ok")
    assert [one for one in told["findings"] if one["result"] != "ok" or one["next"]] == []
    assert [one["check"] for one in told["findings"]] == list(CHECKS)


def test_people_read_a_tree(sound: SoundBridge) -> None:
    told = sound.run("doctor", **sound.environment).stdout
    assert told.startswith(f"{sound.url}: sound ({len(CHECKS)} ok)\n├── bridge\n│   ├── ✓ health: A bridge answers at")
    assert "next:" not in told


def test_a_warning_is_no_failure(sound: SoundBridge) -> None:
    sound.publish_keys(sound.keys[0].jwk)
    result = sound.run("doctor", **sound.environment)
    assert (result.exit_code, "sound, with warnings" in result.stdout) == (0, True)
    assert "! standby: Only one key is published" in result.stdout
    assert "└── next: A new bridge takes five minutes." in result.stdout


def test_one_failure_is_a_failure(sound: SoundBridge) -> None:
    sound.bridge.on("POST", "/introspect", Reply({"active": True}))
    result = sound.run("doctor", **sound.environment)
    assert (result.exit_code, "not sound" in result.stdout) == (1, True)
    assert "✗ introspection: /introspect answers with HTTP 200" in result.stdout


def test_what_is_not_checked_for_one_reason_is_told_once(sound: SoundBridge) -> None:
    sound.log_in(scope="audit:read")
    told = sound.run("doctor").stdout
    assert "· issuers, pending, policies, admins, keys: not checked." in told
    assert "· source, token: not checked." in told


def test_where_nobody_answers_one_thing_is_wrong(tmp_path: Path) -> None:
    result = fedbridge("doctor", "--json", "--url", "http://127.0.0.1:1", XDG_CONFIG_HOME=str(tmp_path))
    found = parsed(result.stdout)
    assert result.exit_code == 1
    assert [name for name, one in found.items() if one["result"] == "failed"] == ["bridge.health"]
    assert "Nothing listens" in found["bridge.health"]["seen"]
    assert found["endpoints.token"]["seen"] == "The bridge does not answer."


def test_the_bridge_is_the_one_where_somebody_logged_in(sound: SoundBridge) -> None:
    result = fedbridge("doctor", "--json", "--token-file", sound.credential)
    assert (result.exit_code, json.loads(result.stdout)["bridge"]) == (0, sound.url)


@pytest.mark.parametrize("url", ["", "ftp://example.com", "http://example.com", "https://[::1", "https://x:99999"])
def test_without_a_bridge_that_may_be_asked_it_is_a_wrong_use(url: str, tmp_path: Path) -> None:
    result = fedbridge("doctor", XDG_CONFIG_HOME=str(tmp_path), **({"FEDBRIDGE_URL": url} if url else {}))
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)


def test_nothing_is_changed_and_no_token_is_sent_but_the_admins(sound: SoundBridge) -> None:
    sound.run("doctor", **sound.environment)
    subject, admin = sound.environment["FEDBRIDGE_SUBJECT_TOKEN"], sound.credential.read_text().split('"')[3]
    for asked in sound.bridge.asked:
        assert subject not in f"{asked.headers}{asked.body!r}{asked.query}"
        if admin in f"{asked.headers}{asked.body!r}":
            assert (asked.method, asked.path.startswith("/admin/v1/")) == ("GET", True)
