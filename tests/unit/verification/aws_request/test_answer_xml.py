"""The XML that AWS answers with, against its documented form and everything near it."""

import pytest

from federation.verification.aws_request.answer import MAX_VALUE, CallerIdentity, NotTheAnswer, parse_answer
from tests.support.sts_service import document
from tests.support.sts_vectors import load

SAID = CallerIdentity(
    "123456789012",
    "arn:aws:sts::123456789012:assumed-role/data-processing/session-1",
    "AROA123456789EXAMPLE1:session-1",
)
ACCEPTED = {entry["name"]: entry["document"] for entry in load("answers")["accepted"]}
REFUSED = {entry["name"]: entry["document"] for entry in load("answers")["refused"]}


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_answer_states_an_identity(name: str) -> None:
    assert parse_answer(ACCEPTED[name].encode()) == SAID


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_states_nothing(name: str) -> None:
    with pytest.raises(NotTheAnswer):
        parse_answer(REFUSED[name].encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "cp500"])
def test_another_encoding_states_nothing(encoding: str) -> None:
    with pytest.raises(NotTheAnswer):
        parse_answer(ACCEPTED["as AWS documents it"].encode(encoding))


def test_a_value_has_a_longest_length() -> None:
    facts = {"Arn": "a" * MAX_VALUE, "UserId": "u", "Account": "1"}
    assert parse_answer(document("GetCallerIdentity", facts).encode()).arn == facts["Arn"]
    with pytest.raises(NotTheAnswer, match="too long"):
        parse_answer(document("GetCallerIdentity", {**facts, "Arn": facts["Arn"] + "a"}).encode())


def test_the_message_holds_nothing_of_the_answer() -> None:
    for text in REFUSED.values():
        with pytest.raises(NotTheAnswer) as refused:
            parse_answer(text.encode())
        assert not any(word in str(refused.value) for word in ("123456789012", "evil", "passwd"))
