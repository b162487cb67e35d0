"""What the audit table's stream tells, as the archive keeps it."""

import json
from typing import Any

import pytest

from federation.audit.segment import record_line
from federation.aws.archive_events import happenings


def told(name: str = "INSERT", **change: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    keys = {"Keys": {"pk": {"S": "6:issued1:a"}}}
    return {"eventID": "e1", "eventName": name, "dynamodb": {"ApproximateCreationDateTime": 17.9, **keys, **change}}


def image(entry: str = '{"jti": "a", "outcome": "allow", "audience": ["x"]}', **more: str) -> dict[str, Any]:
    texts = {"pk": "6:issued1:a", "jti": "a", "outcome": "allow", "entry": entry, **more}
    return {name: {"S": text} for name, text in texts.items()}


def test_a_new_record_is_told_as_it_was_written() -> None:
    (happening,) = happenings({"Records": [told(NewImage=image())]})
    assert (happening.event, happening.what, happening.at, happening.jti) == ("e1", "recorded", 17, "a")
    assert happening.record == {"jti": "a", "outcome": "allow", "audience": ["x"]}


def test_what_became_of_it_is_told() -> None:
    after = image(outcome="discarded", discard_reason="trust_changed")
    (happening,) = happenings({"Records": [told("MODIFY", OldImage=image(), NewImage=after)]})
    assert happening.what == "changed"
    assert (happening.record["outcome"], happening.record["discard_reason"]) == ("discarded", "trust_changed")


def test_a_token_that_was_discarded_before_its_record_came_is_told() -> None:
    early = {name: {"S": text} for name, text in {"jti": "a", "outcome": "discarded", "discard_reason": "r"}.items()}
    (happening,) = happenings({"Records": [told(NewImage=early)]})
    assert happening.record == {"jti": "a", "outcome": "discarded", "discard_reason": "r"}


def test_a_record_that_somebody_removed_is_told_as_it_was() -> None:
    (happening,) = happenings({"Records": [told("REMOVE", OldImage=image())]})
    assert (happening.what, happening.jti, happening.record["audience"]) == ("removed", "a", ["x"])


@pytest.mark.parametrize("entry", ["", "[]", "{", '{"a": NaN}', '{"a": 1e999}', "[" * 100_000])
def test_what_cannot_be_read_is_told_by_its_digest_and_stops_nobody(entry: str) -> None:
    (happening,) = happenings({"Records": [told(NewImage=image(entry))]})
    assert len(str(happening.record["unreadable"])) == 64
    assert json.loads(record_line(happening))["jti"] == "a"


def test_attributes_of_another_type_are_told_all_the_same() -> None:
    odd = {"jti": {"N": "1"}, "entry": {"B": b"x"}, "outcome": {"SS": ["a"]}}
    (happening,) = happenings({"Records": [told(NewImage=odd)]})
    assert (happening.jti, set(happening.record)) == ("", {"unreadable"})


@pytest.mark.parametrize("event", [None, {}, [], "x", {"source": "aws.events"}, {"Records": []}])
def test_an_event_of_something_else_tells_nothing(event: object) -> None:
    assert list(happenings(event)) == []
