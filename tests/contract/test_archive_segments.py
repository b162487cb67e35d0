"""Segments: none is ever replaced."""

from typing import TYPE_CHECKING

import pytest

from federation.audit.segment import MAX_SEGMENT
from federation.aws.archive_segments import S3Segments
from federation.aws.clients import s3_client
from federation.ports import Segments
from tests.support.contract import Engine
from tests.support.fake_archive import FakeSegments

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def segments(engine: Engine | None) -> Segments:
    """An empty bucket for each test."""
    return S3Segments(s3_client(), engine.bucket()) if engine else FakeSegments()


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


def test_what_else_lies_in_the_bucket_is_no_segment(engine: Engine, s3: "S3Client") -> None:
    bucket = engine.bucket()
    for key in ("segments/1.jsonl", "segments/000000000001.jsonl.bak", "000000000001.jsonl"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert S3Segments(s3, bucket).numbers(0, 10) == ()
