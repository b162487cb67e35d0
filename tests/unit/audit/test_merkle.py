"""RFC 9162 section 2.1, by its own words."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.audit.merkle import leaf, path, root, root_of

LINES = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def test_the_tree_of_section_2_1_5() -> None:
    """Seven leaves; the nodes are named as the RFC draws them."""
    a, b, c, d, e, f, j = (sha256(b"\0" + bytes([n])).digest() for n in range(7))

    def node(left: bytes, right: bytes) -> bytes:
        return sha256(b"\1" + left + right).digest()

    g, h, i = node(a, b), node(c, d), node(e, f)
    k, m = node(g, h), node(i, j)
    leaves = [leaf(bytes([n])) for n in range(7)]
    assert root(leaves) == node(k, m)
    assert path(leaves, 0) == [b, h, m]
    assert path(leaves, 3) == [c, g, m]
    assert path(leaves, 4) == [f, j, k]
    assert path(leaves, 6) == [i, k]


def test_a_segment_without_records_has_the_root_of_nothing() -> None:
    assert root([]) == sha256(b"").digest()


@given(LINES, st.data())
def test_every_leaf_has_a_path_to_the_root_and_only_from_its_place(lines: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf(line) for line in lines]
    index = data.draw(st.integers(0, len(leaves) - 1))
    hashes = path(leaves, index)
    assert root_of(leaves[index], index, len(leaves), hashes) == root(leaves)
    assert root_of(leaf(b"another line"), index, len(leaves), hashes) != root(leaves)
    with pytest.raises(ValueError, match="path"):
        root_of(leaves[index], index, len(leaves), [*hashes, leaves[0]])
    if hashes:
        with pytest.raises(ValueError, match="path"):
            root_of(leaves[index], index, len(leaves), hashes[:-1])


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (1, 1), (0, 0)])
def test_there_is_no_leaf_outside_of_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        root_of(leaf(b""), index, size, [])
