"""Publisher: what verifiers read."""

from typing import Protocol

import pytest
from msgspec.structs import replace

from federation.aws.clients import s3_client
from federation.aws.publisher import S3Publisher
from federation.ports import GuardedPublisher, PublishedDocument, Publisher, VersionConflict
from tests.support.contract import Engine
from tests.support.fake_publisher import FakePublisher

JWKS = PublishedDocument(
    "/.well-known/jwks.json", b'{"keys":[]}', "application/jwk-set+json", "public, max-age=300, stale-if-error=86400"
)


class AnyPublisher(Publisher, GuardedPublisher, Protocol):
    """Both ports stand on the same objects."""


@pytest.fixture
def publisher(engine: Engine | None) -> AnyPublisher:
    return S3Publisher(s3_client(), engine.bucket()) if engine else FakePublisher()


def test_what_was_never_published_is_not_there(publisher: AnyPublisher) -> None:
    assert publisher.get(JWKS.path) is None


def test_what_was_put_is_read_with_its_headers(publisher: AnyPublisher) -> None:
    publisher.put(JWKS)
    assert publisher.get(JWKS.path) == JWKS


def test_a_document_is_replaced_whole(publisher: AnyPublisher) -> None:
    publisher.put(JWKS)
    newer = replace(JWKS, body=b"{}", content_type="application/json", cache_control="no-cache")
    publisher.put(newer)
    assert publisher.get(JWKS.path) == newer


def test_paths_are_told_apart(publisher: AnyPublisher) -> None:
    page = PublishedDocument("/errors", b"\x00\xff", "text/html; charset=utf-8", "no-cache")
    publisher.put(page)
    assert publisher.get("/errors/") is None
    assert publisher.get("/Errors") is None
    assert publisher.get("/errors") == page


def test_what_is_tagged_is_replaced_once(publisher: AnyPublisher) -> None:
    assert publisher.tagged(JWKS.path) is None
    publisher.replace(JWKS, None)
    found = publisher.tagged(JWKS.path)
    assert found is not None
    assert found[0] == JWKS
    newer = replace(JWKS, body=b"{}")
    publisher.replace(newer, found[1])
    assert publisher.get(JWKS.path) == newer


def test_whoever_has_seen_an_older_one_replaces_nothing(publisher: AnyPublisher) -> None:
    publisher.replace(JWKS, None)
    seen = publisher.tagged(JWKS.path)
    assert seen is not None
    publisher.put(replace(JWKS, body=b"{}"))
    for tag in (None, seen[1]):
        with pytest.raises(VersionConflict):
            publisher.replace(replace(JWKS, body=b"mine"), tag)
    assert publisher.get(JWKS.path) == replace(JWKS, body=b"{}")


def test_what_is_gone_is_not_replaced(publisher: AnyPublisher) -> None:
    with pytest.raises(VersionConflict):
        publisher.replace(JWKS, '"0123456789abcdef0123456789abcdef"')
    assert publisher.get(JWKS.path) is None
