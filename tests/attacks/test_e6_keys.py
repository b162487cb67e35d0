"""E6: a DynamoDB key built from outside text never belongs to two tuples."""

import pytest

from federation.aws.items import item_key

TWINS = [
    (("a#b", "c"), ("a", "b#c")),
    (("a", "b"), ("ab",)),
    (("ab", ""), ("a", "b")),
    (("1:a",), ("a",)),
    (("a1:b",), ("a", "b")),
    (("", "a"), ("a", "")),
    (("a",), ("a", "")),
    (("K",), ("\u212a",)),  # Kelvin sign
    (("\u00e9",), ("e\u0301",)),  # NFC and NFD
    (("x" * 600,), ("x" * 601,)),
    (("x" * 600, "y"), ("x" * 601, "y")),
    (("x" * 600 + "#", "y"), ("x" * 600, "#y")),
]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_E6_tuples_that_look_alike_have_different_keys(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert item_key(*one) != item_key(*other)


def test_E6_a_long_text_cannot_name_the_key_of_a_hash() -> None:
    hashed = item_key("x" * 600)
    assert item_key(hashed) != hashed


def test_E6_a_key_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a part"):
        item_key()
