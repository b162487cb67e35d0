"""Q1 as deployed: what AWS is asked, by botocore's own count. A refused junk request costs no call."""

from collections.abc import Iterator
from typing import Any

import pytest

from federation.oauth.http import HttpResponse
from federation.trust.memory import JUST_LOOKED_UP, OF_STRANGERS
from tests.support.embedded_bridge import Embedded, embedded_bridge
from tests.support.exchange_world import body
from tests.support.jose_keys import ec_key


@pytest.fixture(scope="module")
def bridge() -> Iterator[Embedded]:
    with embedded_bridge() as made:
        yield made


def warm(bridge: Embedded) -> None:
    """Everybody has been here a moment ago."""
    assert bridge.post(**bridge.by_assertion()).status == 200
    assert bridge.post().status == 200
    bridge.calls.clear()


def nonce(bridge: Embedded) -> str:
    return bridge.post(None, bridge.proof()).headers["dpop-nonce"]


def junk(bridge: Embedded) -> dict[str, tuple[str | None, str | None, dict[str, Any]]]:
    other = "https://stranger.example.com"
    wrong = bridge.by_assertion(key=ec_key("wrong"))
    return {
        "60 kB of nothing": ("x" * 60_000, None, {}),
        "no token": ("a.b.c", None, {}),
        "an unknown issuer": (bridge.foreign(iss=other), None, {}),
        "a bad signature": (bridge.foreign()[:-6] + "AAAAAA", None, {}),
        "an expired token": (bridge.foreign(iat=1, exp=2), None, {}),
        "a token for somebody else": (bridge.foreign(aud=other), None, {}),
        "a token of ours that is none": (bridge.foreign(iss="https://federation.example.com"), None, {}),
        "no proof": (None, "a.b.c", {}),
        "a proof for somebody else": (None, bridge.proof(htu=other), {}),
        "no assertion": (None, None, {**wrong, "client_assertion": "a.b.c"}),
        "a forged assertion": (None, None, wrong),
        "a secret": (None, None, {"client_id": "acme-gateway", "client_secret": "x"}),
        "an unknown grant": (None, None, {"grant_type": "password"}),
        "an unknown audience": (None, None, {"audience": "?" * 600}),
        "a broken scope": (None, None, {"scope": '"'}),
    }


def test_Q1_junk_asks_nothing_of_aws(bridge: Embedded) -> None:
    for name, (token, dpop, parameters) in junk(bridge).items():
        warm(bridge)
        response = bridge.post(token, dpop, **parameters)
        assert response.status in (400, 401), name
        # One that an edit might have made wrong a moment ago is worth a look, now and then.
        look = body(response)["error_description"].partition(":")[0] in OF_STRANGERS | JUST_LOOKED_UP
        assert bridge.calls.keys() <= ({"BatchGetItem"} if look else set()), name
        assert bridge.calls.total() <= look, name


def test_Q1_proofs_without_our_nonce_cost_a_secret_for_each_period_and_no_more(bridge: Embedded) -> None:
    """Two periods are looked at, another one may begin, and a secret is read or made."""
    warm(bridge)
    for number in range(50):
        assert bridge.post(None, bridge.proof(nonce=f"forged-{number}")).status == 400
    assert bridge.calls.total() <= 6
    assert bridge.calls.keys() <= {"GetItem", "PutItem"}


def test_Q1_a_client_that_nobody_knows_costs_no_write_and_few_reads_however_often_it_asks(bridge: Embedded) -> None:
    sent = bridge.by_assertion(iss="nobody", sub="nobody")
    bridge.calls.clear()
    assert {bridge.post(**sent).status for _ in range(50)} == {401}
    assert bridge.calls["GetItem"] <= 2
    assert bridge.calls.keys() <= {"GetItem", "BatchGetItem"}


def test_Q1_what_a_good_request_costs(bridge: Embedded) -> None:
    """Beside the leases of its limits: one write, one look at what stands and one signature."""
    answers: dict[str, HttpResponse] = {}
    for name in ("bearer", "bound", "client"):
        proof = bridge.proof(nonce=nonce(bridge))
        warm(bridge)
        answers[name] = _ask(bridge, name, proof)
        write = "PutItem" if name == "bearer" else "TransactWriteItems"
        committed = {call: bridge.calls[call] for call in (write, "BatchGetItem", "Sign")}
        assert committed == {write: 1, "BatchGetItem": 1, "Sign": 1}
        assert bridge.calls.keys() - committed.keys() <= {"UpdateItem", "GetItem"}
    assert body(answers["bound"])["token_type"] == "DPoP"


def _ask(bridge: Embedded, name: str, proof: str) -> HttpResponse:
    if name == "client":
        return bridge.post(**bridge.by_assertion())
    return bridge.post(None, proof if name == "bound" else None)
