import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.model.status_list import SIZE, NotAStatusList, StatusList, read_status_list

INDICES = st.sets(st.integers(0, SIZE - 1), max_size=20)


def packed(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@settings(deadline=None, max_examples=25)
@given(INDICES, INDICES)
def test_what_is_set_is_read_back_and_nothing_is_cleared(first: set[int], second: set[int]) -> None:
    both = read_status_list(StatusList().setting(first).text).setting(second)
    assert both.holds(first | second)
    assert sum(each.bit_count() for each in both.bits) == len(first | second)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!!",
        "\u00e9",
        packed(b"no zlib"),
        packed(zlib.compress(bytes(10))),
        packed(zlib.compress(bytes(SIZE // 8 + 1))),
        packed(zlib.compress(bytes(SIZE)) * 2),
        packed(zlib.compress(bytes(SIZE // 8))[:-4]),
    ],
)
def test_what_is_no_list_of_ours_is_refused_and_never_unpacked_beyond_its_length(text: str) -> None:
    with pytest.raises(NotAStatusList):
        read_status_list(text)
