"""Whoever revokes a key hears of it when verifiers cannot read the key any more."""

import json

import pytest

from federation.keys.departure import LOOKS, Departure
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.metadata import JWKS_PATH
from federation.ports import PublishedDocument
from tests.support.fake_publisher import FakePublisher


def publish(publisher: FakePublisher, *kids: str) -> None:
    body = json.dumps({"keys": [{"kid": kid} for kid in kids]}).encode()
    publisher.put(PublishedDocument(JWKS_PATH, body, "application/json", "max-age=300"))


def test_it_returns_when_the_set_is_without_the_key() -> None:
    publisher, waited = FakePublisher(), list[float]()
    publish(publisher, "old", "new")

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            publish(publisher, "new")

    Departure(publisher, wait)("old")
    assert len(waited) == 3


def test_a_set_that_keeps_the_key_is_told_and_not_waited_for_without_end() -> None:
    publisher, waited = FakePublisher(), list[float]()
    publish(publisher, "old")
    with pytest.raises(TemporarilyUnavailable) as unavailable:
        Departure(publisher, waited.append)("old")
    assert "revoked" in unavailable.value.detail
    assert (len(waited), sum(waited) < 10) == (LOOKS, True)
