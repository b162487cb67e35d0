"""Is it there, is it the right version, who it says, and do the clocks agree."""

import time
from contextlib import ExitStack
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path

import pytest

from federation.cli.doctor.finding import Result
from federation.version import VERSION
from tests.support.cli_runs import fedbridge
from tests.support.fake_bridge import Reply
from tests.support.issuer_server import document, issuer_server
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.support.sound_bridge import Members, SoundBridge, parsed

HEALTHY = {"status": "ok", "version": VERSION}


@pytest.mark.parametrize("reply", [Reply({"status": "down"}), Reply({}), Reply(HEALTHY, 500), Reply(["ok"]), Reply()])
def test_what_is_not_healthy_is_told(sound: SoundBridge, reply: Reply) -> None:
    sound.bridge.on("GET", "/health", reply)
    assert sound.look("bridge.health").result is Result.FAILED


def test_another_version_is_a_warning(sound: SoundBridge) -> None:
    sound.bridge.on("GET", "/health", Reply({"status": "ok", "version": "9.9.9"}))
    found = sound.look("bridge.version")
    assert (found.result, "9.9.9" in found.seen, VERSION in found.seen) == (Result.WARNING, True, True)


@pytest.mark.parametrize(
    ("seconds", "result", "words"),
    [
        (-90, Result.FAILED, "ahead of the bridge's"),
        (+90, Result.FAILED, "behind the bridge's"),
    ],
)
def test_a_clock_that_is_off_is_told(sound: SoundBridge, seconds: int, result: Result, words: str) -> None:
    sound.bridge.on(
        "GET", "/health", lambda _: Reply(HEALTHY, headers={"date": formatdate(time.time() + seconds, usegmt=True)})
    )
    found = sound.look("bridge.clock")
    assert (found.result, words in found.seen) == (result, True), found


@pytest.mark.parametrize(
    ("seconds", "result"),
    [(-7, Result.FAILED), (-4, Result.WARNING), (-1, Result.OK), (0, Result.OK), (1, Result.OK), (4, Result.WARNING)],
)
def test_seconds_that_a_service_forgives_are_a_warning(sound: SoundBridge, seconds: int, result: Result) -> None:
    """A Date is cut to the second, so one more is allowed for what is before."""
    now = 1_800_000_000
    sound.bridge.on("GET", "/health", Reply(HEALTHY, headers={"date": formatdate(now + seconds, usegmt=True)}))
    assert sound.look("bridge.clock", now=lambda: now).result is result


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 01 Jan 99999 00:00:00 GMT"])
def test_an_answer_without_a_date_is_a_warning(sound: SoundBridge, date: str) -> None:
    sound.bridge.on("GET", "/health", Reply(HEALTHY, headers={"date": date}))
    assert sound.look("bridge.clock").result is Result.WARNING


def over_tls(folder: Path, host: str, ends_in: timedelta, *, trusted: bool) -> Members:
    """What is found of the certificate, and whether the bridge answers."""
    authority = ThrowAwayAuthority()
    with ExitStack() as serving:
        context = authority.server_context(host, folder, ends_in=ends_in)
        server = serving.enter_context(issuer_server(context))
        server.routes["/health"] = document(HEALTHY)
        trust = {"SSL_CERT_FILE": str(authority.written(folder))} if trusted else {}
        url = f"https://localhost:{server.port}"
        return parsed(fedbridge("doctor", "--json", "--url", url, XDG_CONFIG_HOME=str(folder), **trust).stdout)


def test_how_long_a_certificate_is_good_is_told(tmp_path: Path) -> None:
    found = over_tls(tmp_path, "localhost", timedelta(days=90), trusted=True)
    assert (found["bridge.health"]["result"], found["bridge.tls"]["result"]) == ("ok", "ok")
    assert "good for 89 days more" in found["bridge.tls"]["seen"]


def test_a_certificate_that_ends_soon_is_a_warning(tmp_path: Path) -> None:
    assert over_tls(tmp_path, "localhost", timedelta(days=5), trusted=True)["bridge.tls"]["result"] == "warning"


@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("elsewhere.example.com", True)])
def test_whoever_does_not_prove_who_they_are_is_asked_nothing_more(host: str, trusted: bool, tmp_path: Path) -> None:
    found = over_tls(tmp_path, host, timedelta(days=90), trusted=trusted)
    assert "does not prove to be who it says" in found["bridge.health"]["seen"]
    assert {found[name]["result"] for name in ("bridge.tls", "keys.jwks", "endpoints.token")} == {"not_checked"}


def test_a_bridge_that_speaks_no_tls_is_told(tmp_path: Path) -> None:
    with issuer_server() as server:
        url = f"https://localhost:{server.port}"
        found = parsed(fedbridge("doctor", "--json", "--url", url, XDG_CONFIG_HOME=str(tmp_path)).stdout)
    assert "does not speak TLS" in found["bridge.health"]["seen"]
