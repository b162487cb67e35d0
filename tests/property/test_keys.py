from hypothesis import given
from hypothesis import strategies as st

from federation.aws.items import item_key

SEPARATORS = st.text(alphabet="a1:#hé\ud800", max_size=6)
LONG = st.text(alphabet="ab:", min_size=500, max_size=1500)
PARTS = st.lists(st.one_of(SEPARATORS, st.text(max_size=20), LONG), min_size=1, max_size=4).map(tuple)


@given(PARTS, PARTS)
def test_different_tuples_have_different_keys(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (item_key(*one) == item_key(*other)) == (one == other)


@given(PARTS)
def test_moving_a_boundary_changes_the_key(parts: tuple[str, ...]) -> None:
    text = "".join(parts)
    keys = {item_key(text[:cut], text[cut:]) for cut in range(len(text) + 1)}
    assert len(keys) == len(text) + 1


@given(PARTS)
def test_a_key_fits_into_dynamodb(parts: tuple[str, ...]) -> None:
    key = item_key(*parts)
    assert 0 < len(key.encode("ascii")) < 1024


@given(PARTS)
def test_a_hash_of_a_key_is_not_taken_for_the_key(parts: tuple[str, ...]) -> None:
    key = item_key(*parts)
    assert item_key(key) != key
