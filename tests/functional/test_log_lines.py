"""Whatever a caller sends, the log stays one well-formed JSON object a line (ATTACKS P2, P7)."""

import json

import pytest

from tests.support.bridge_server import Bridge

NASTY = {
    "crlf": 'x\r\n{"level":"INFO","message":"forged"}',
    "ansi": "\x1b[2J\x1b[31mred",
    "json": '"}\n{"outcome":"allow"',
    "separators": "line\u2028paragraph\u2029next\x85bell\x07",
    "bidi": "\u202eevil",
}


def new_lines(bridge: Bridge, start: int) -> list[str]:
    return bridge.log.getvalue()[start:].split("\n")[:-1]


def assert_well_formed(lines: list[str]) -> None:
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict)
        assert line.isprintable()


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("claim", ["sub", "iss", "aud", "jti", "department", "new\nclaim"])
def test_a_claim_cannot_forge_a_line(bridge: Bridge, text: str, claim: str) -> None:
    start = len(bridge.log.getvalue())
    answer = bridge.exchange(subject_token=bridge.token("partner", **{claim: text}))
    assert_well_formed(new_lines(bridge, start))
    records = bridge.refusals(answer.headers["x-correlation-id"])
    assert len(records) == (0 if answer.status == 200 else 1)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("name", ["audience", "scope", "client_id", "subject_token", "resource", "grant_type"])
def test_a_parameter_cannot_forge_a_line(bridge: Bridge, text: str, name: str) -> None:
    start = len(bridge.log.getvalue())
    answer = bridge.exchange(**{name: text})
    assert_well_formed(new_lines(bridge, start))
    assert len(bridge.refusals(answer.members["correlation_id"])) == 1


@pytest.mark.parametrize("header", ["user-agent", "x-correlation-id"])
def test_what_the_caller_says_of_itself_is_cut_and_cleaned(bridge: Bridge, header: str) -> None:
    answer = bridge.exchange_with({header: 'x"\x1b[31m{}' + "a" * 5000}, subject_token="x")
    record = bridge.refusals(answer.members["correlation_id"])[0]
    kept = record["user_agent" if header == "user-agent" else "caller_correlation_id"]
    assert kept == "x???31m??" + "a" * 55


def test_a_repeated_correlation_id_is_one_text_and_never_ours(bridge: Bridge) -> None:
    answer = bridge.post_with_headers([("X-Correlation-Id", "one"), ("x-correlation-id", "two")])
    record = bridge.refusals(answer.members["correlation_id"])[0]
    assert record["caller_correlation_id"] == "one?two"
    assert record["correlation_id"] == answer.headers["x-correlation-id"]
