"""A refusal: the caller gets a stable reason and a correlation id, the admin what differed."""

from federation.model.trust import Selector
from tests.support.exchange_world import MAPPING, body, bridge, subject_token

DEPARTMENT = "x" * 100


def test_the_caller_learns_no_rule_and_the_record_holds_each_line_that_missed() -> None:
    with bridge() as world:
        world.write({**MAPPING, "match": {"sub": "worker", "department": "billing"}}, Selector("sub", "worker"))
        answer = world.post(subject_token(department=DEPARTMENT))
        [record] = world.log.entries
    told = body(answer)
    assert (answer.status, told["error"], told["correlation_id"]) == (400, "invalid_request", "c-1")
    assert told["error_description"].startswith("no_mapping: ")
    assert not [word for word in ("acme-sync", "department", "billing", "xxx") if word in answer.body.decode()]
    assert (record["correlation_id"], record["reason"]) == ("c-1", "no_mapping")
    assert record["nearest"] == [
        {
            "mapping": "acme-sync",
            "missed": [{"claim": "department", "wanted": "billing", "got": DEPARTMENT[:64]}],
        }
    ]


def test_the_record_holds_no_token_even_where_a_claim_is_one() -> None:
    with bridge() as world:
        world.write({**MAPPING, "match": {"sub": "worker", "nested": "x"}}, Selector("sub", "worker"))
        inner = subject_token()
        token = subject_token(nested=inner)
        world.post(token)
        [record] = world.log.entries
    assert inner not in str(record)
    assert token not in str(record)
    assert inner.rpartition(".")[2] not in str(record)
