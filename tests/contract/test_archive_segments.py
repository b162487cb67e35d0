"""Segments: none is ever replaced."""

from collections.abc import Iterator

import pytest

from federation.audit.segment import MAX_SEGMENT
from federation.aws.archive_segments import S3Segments
from federation.aws.clients import s3_client
from federation.local.embedded_aws import EmbeddedAws
from federation.ports import Segments
from tests.support.fake_archive import FakeSegments


@pytest.fixture(params=["fake", "moto"], scope="module")
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "fake":
        yield ""
        return
    with EmbeddedAws({}) as settings:
        yield settings["FEDERATION_DOCUMENTS_BUCKET"]


@pytest.fixture
def segments(kind: str, request: pytest.FixtureRequest) -> Segments:
    """An empty bucket for each test."""
    if not kind:
        return FakeSegments()
    bucket = f"{kind}-{abs(hash(request.node.name))}"
    s3_client().create_bucket(Bucket=bucket)
    return S3Segments(s3_client(), bucket)


def test_what_was_never_written_is_not_there(segments: Segments) -> None:
    assert segments.get(1) is None
    assert segments.numbers(0, 10) == ()


def test_what_was_written_is_read(segments: Segments) -> None:
    assert segments.put(1, b"one\n")
    assert segments.get(1) == b"one\n"


def test_nobody_writes_a_number_twice(segments: Segments) -> None:
    assert segments.put(1, b"one\n")
    assert not segments.put(1, b"another\n")
    assert segments.get(1) == b"one\n"


def test_they_are_listed_in_their_order(segments: Segments) -> None:
    for number in (10, 2, 1, 9, 1_000_000):
        assert segments.put(number, b"x")
    assert segments.numbers(0, 3) == (1, 2, 9)
    assert segments.numbers(9, 3) == (10, 1_000_000)


def test_what_is_too_long_shows_and_is_cut_off(segments: Segments) -> None:
    assert segments.put(1, b"x" * (MAX_SEGMENT + 1000))
    assert len(segments.get(1) or b"") == MAX_SEGMENT + 1


def test_what_else_lies_in_the_bucket_is_no_segment(kind: str) -> None:
    if kind:
        s3 = s3_client()
        s3.create_bucket(Bucket=f"{kind}-else")
        for key in ("segments/1.jsonl", "segments/000000000001.jsonl.bak", "000000000001.jsonl"):
            s3.put_object(Bucket=f"{kind}-else", Key=key, Body=b"x")
        assert S3Segments(s3, f"{kind}-else").numbers(0, 10) == ()
