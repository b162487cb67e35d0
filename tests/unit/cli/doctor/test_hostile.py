"""A server that is broken, or means harm: every check ends, with a verdict, and shows no token."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from federation.cli.doctor.examination import CHECKS, examine
from federation.cli.doctor.finding import Result
from federation.cli.doctor.shown import MOST, shown
from federation.cli.doctor.visit import Probe, Visit
from federation.cli.subject import Wish
from federation.client.http import MAX_ANSWER
from tests.support.fake_bridge import Asked, FakeBridge, Reply, serving
from tests.support.issuer_server import Behaviour, endless, issuer_server, raw, silence
from tests.support.sound_bridge import SoundBridge, parsed

OK_HEAD = b"HTTP/1.1 200 OK\r\n"
BROKEN: dict[str, Behaviour] = {
    "silent": silence,
    "dripping head": endless(OK_HEAD, b"x: y\r\n", 0.01),
    "dripping body": endless(OK_HEAD + b"\r\n", b" ", 0.01),
    "endless body": endless(OK_HEAD + b"\r\n", b" " * 2**20),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "no word": raw(b""),
    "cut short": raw(OK_HEAD + b"content-length: 100\r\n\r\n{"),
    "a length of nonsense": raw(OK_HEAD + b"content-length: -5\r\n\r\n{}"),
    "a thousand headers": raw(OK_HEAD + b"a: b\r\n" * 1000 + b"\r\n{}"),
    "a long line": raw(OK_HEAD + b"a: " + b"b" * 99_999),
}
WRONG: dict[str, Callable[[str], Reply]] = {
    "a page": lambda _: Reply(b"<html>It works!</html>", headers={"content-type": "text/html"}),
    "a redirect": lambda path: Reply(None, 302, {"location": f"http://127.0.0.1:1{path}"}),
    "a redirect to itself": lambda path: Reply({}, 308, {"location": path}),
    "null": lambda _: Reply(b"null"),
    "a number": lambda _: Reply(b"1e999"),
    "too large a number": lambda _: Reply(b"9" * 10_000),
    "too deep": lambda _: Reply(b'{"keys":' * 50_000),
    "no text": lambda _: Reply(b"\xff\xfe\x00"),
    "an error": lambda _: Reply({"message": "Internal Server Error"}, 500),
    "a teapot": lambda _: Reply({"error": ["x"], "code": {"a": 1}}, 418),
    "infinite": lambda _: Reply(b'{"status": Infinity, "keys": [NaN], "items": [Infinity], "issuer": NaN}'),
}


def test_whatever_answers_every_check_ends_with_a_verdict_and_advice(tmp_path: Path) -> None:
    for how, behave in BROKEN.items():
        with issuer_server() as server:
            server.routes["/health"] = behave
            wish = Wish("auto", server.url, print, environment={})
            visit = Visit(Probe(server.url, each=0.5, all=5), tmp_path / "none", wish, time.time)
            found = {one.check: one.verdict for one in examine(visit)}
        assert (found["bridge.health"].result, bool(found["bridge.health"].next)) == (Result.FAILED, True), how
        assert Result.OK not in {found[name].result for name in ("discovery.oauth", "keys.jwks", "endpoints.token")}, (
            how
        )


class Everywhere(FakeBridge):
    """Says the same to everybody."""

    def say(self, reply: Callable[[str], Reply]) -> "Everywhere":
        self.reply = reply
        return self

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.reply(asked.path)


@pytest.mark.parametrize("how", WRONG)
def test_what_is_no_bridge_fails_with_advice(how: str, sound: SoundBridge) -> None:
    with serving(lambda url: Everywhere(url).say(WRONG[how])) as bridge:
        token = sound.log_in(iss=bridge.url)
        kept = json.loads(sound.credential.read_text())
        sound.credential.write_text(json.dumps({**kept, "bridge": bridge.url}))
        result = sound.run("doctor", "--json", FEDBRIDGE_URL=bridge.url)
    assert isinstance(result.exception, SystemExit), result.exception
    found = parsed(result.stdout)
    assert (result.exit_code, list(found)) == (1, list(CHECKS))
    assert [one for one in found.values() if one["result"] == "failed" and not one["next"]] == []
    assert found["discovery.oauth"]["result"] == found["keys.jwks"]["result"] == "failed"
    assert token not in result.output


def test_no_token_is_shown_though_the_server_says_it_back(sound: SoundBridge) -> None:
    token = sound.log_in()
    echo = dict.fromkeys(("status", "version", "issuer", "error", "code", "title", "message", "kid"), token)
    page = {**echo, "keys": [{"kid": token, "alg": token}] * 2, "items": [{"document": echo}], "next": token}
    for status in (200, 400, 401, 403):
        with_type = {"content-type": token, "date": token}
        for method, path in list(sound.bridge.answers):
            sound.bridge.on(method, path, Reply(page, status, with_type))
        for arguments in (("doctor", "--json"), ("doctor",)):
            result = sound.run(*arguments, **sound.environment)
            flat = "".join(result.output.replace("│", "").split())
            assert result.exit_code == 1
            assert not any(part in flat for part in token.split("."))


def test_what_a_server_says_is_inert_and_short(sound: SoundBridge) -> None:
    sound.bridge.on("GET", "/health", Reply({"status": "\x1b[2J\u202e" + "x" * 9999, "version": "\x9b31m[bold]"}))
    told = sound.run("doctor").stdout
    assert not {"\x1b", "\x9b", "\u202e"} & set(told)
    assert len(shown("x" * 9999)) < MOST + 10


def test_all_questions_together_have_an_end(sound: SoundBridge) -> None:
    wish = Wish("auto", sound.url, print, environment={})
    visit = Visit(Probe(sound.url, all=-1), sound.credential, wish, time.time)
    results = {one.check: one.verdict.result for one in examine(visit)}
    assert results["endpoints.token"] is Result.NOT_CHECKED
    assert sound.bridge.asked == []


def test_no_command_reads_more_than_a_bridge_can_say(sound: SoundBridge) -> None:
    sound.bridge.on("GET", "/health", Reply(b" " * (MAX_ANSWER + 1)))
    found = sound.look("bridge.health")
    assert (found.result, "too long" in found.seen) == (Result.FAILED, True)
