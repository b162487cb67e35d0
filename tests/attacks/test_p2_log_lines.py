"""P2: whatever a caller sends, a refusal is one well-formed line of the log."""

import json
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from hypothesis import given
from hypothesis import strategies as st

from federation.aws.audit_log import PowertoolsAuditLog

NASTY = [
    "a\r\nb",
    '{"level":"INFO"}\n{"refusal":{"outcome":"allow"}}',
    "\x1b[31mred\x1b[0m",
    "\x00\x07\x7f",
    "\u2028\u2029\x85",
    "\u202eevil",
    "\ud800",
    '"\\',
]


def logged(entry: dict[str, Any]) -> list[str]:
    stream = StringIO()
    PowertoolsAuditLog(Logger(service=f"p2-{id(stream)}", stream=stream)).refused(entry)
    text = stream.getvalue()
    text.encode("utf-8")  # must not raise: a console takes nothing else
    return text.splitlines()


@pytest.mark.parametrize("text", NASTY)
def test_P2_what_a_caller_sent_stays_in_its_line(text: str) -> None:
    lines = logged({"subject": text, "scope": [text], text: 1, "nested": {"deep": [text]}})
    assert len(lines) == 1
    assert json.loads(lines[0])["level"] == "CRITICAL"
    assert "\x1b" not in lines[0]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_P2_any_text_stays_in_its_line(value: Any) -> None:  # noqa: ANN401  (any JSON)
    (line,) = logged({"value": value})
    assert line.isprintable()
    assert set(json.loads(line)["refusal"]) == {"value"}
