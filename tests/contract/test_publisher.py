"""Publisher: what verifiers read."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from federation.aws.clients import s3_client
from federation.aws.publisher import S3Publisher
from federation.local.embedded_aws import EmbeddedAws
from federation.ports import PublishedDocument, Publisher
from tests.support.fake_publisher import FakePublisher

JWKS = PublishedDocument(
    "/.well-known/jwks.json", b'{"keys":[]}', "application/jwk-set+json", "public, max-age=300, stale-if-error=86400"
)


@pytest.fixture(params=["fake", "moto"])
def publisher(request: pytest.FixtureRequest) -> Iterator[Publisher]:
    if request.param == "fake":
        yield FakePublisher()
        return
    with EmbeddedAws({}) as settings:
        yield S3Publisher(s3_client(), settings["FEDERATION_DOCUMENTS_BUCKET"])


def test_what_was_never_published_is_not_there(publisher: Publisher) -> None:
    assert publisher.get(JWKS.path) is None


def test_what_was_put_is_read_with_its_headers(publisher: Publisher) -> None:
    publisher.put(JWKS)
    assert publisher.get(JWKS.path) == JWKS


def test_a_document_is_replaced_whole(publisher: Publisher) -> None:
    publisher.put(JWKS)
    newer = replace(JWKS, body=b"{}", content_type="application/json", cache_control="no-cache")
    publisher.put(newer)
    assert publisher.get(JWKS.path) == newer


def test_paths_are_told_apart(publisher: Publisher) -> None:
    page = PublishedDocument("/errors", b"\x00\xff", "text/html; charset=utf-8", "no-cache")
    publisher.put(page)
    assert publisher.get("/errors/") is None
    assert publisher.get("/Errors") is None
    assert publisher.get("/errors") == page
