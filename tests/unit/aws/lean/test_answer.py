import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.aws.lean.answer import AnswerReader, Closed, HttpAnswer, Malformed


def read(stream: bytes, piece: int = 65536) -> HttpAnswer:
    """The first answer of a stream that comes in pieces of that size."""
    pieces = [stream[start : start + piece] for start in range(0, len(stream), piece)]
    return AnswerReader(lambda _: pieces.pop(0) if pieces else b"").read()


@given(st.binary(max_size=300), st.integers(1, 50))
def test_an_answer_with_its_length_is_read_whole_however_it_is_cut(body: bytes, piece: int) -> None:
    answer = read(b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\nX-A:  b \r\n\r\n" % len(body) + body, piece)
    assert (answer.status, answer.body, answer.headers["x-a"], answer.kept) == (400, body, "b", True)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.integers(1, 50))
def test_an_answer_in_chunks_is_read_whole_however_it_is_cut(chunks: list[bytes], piece: int) -> None:
    coded = b"".join(b"%x;x=y\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    answer = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + coded, piece)
    assert (answer.body, answer.kept) == (b"".join(chunks), True)


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body(status: int) -> None:
    assert read(b"HTTP/1.1 %d X\r\n\r\n" % status).body == b""


@pytest.mark.parametrize(
    "stream",
    [
        b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nmore",
    ],
)
def test_a_connection_is_kept_only_where_both_agree_and_nothing_is_left(stream: bytes) -> None:
    assert not read(stream).kept


@pytest.mark.parametrize(
    "stream",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/2 200\r\ncontent-length: 0\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_framed_without_doubt_is_no_answer(stream: bytes) -> None:
    with pytest.raises(Malformed):
        read(stream)


@given(st.integers(0, 60))
def test_an_answer_that_is_cut_short_is_none(end: int) -> None:
    stream = b"HTTP/1.1 200 OK\r\ncontent-length: 22\r\n\r\n" + b"x" * 22
    with pytest.raises(Closed):
        read(stream[:end])
