"""Any single thing that somebody does to the archive is found, in the segment where it was done."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.audit.chain import StoredSegment, verify
from federation.audit.segment_reading import BrokenChain, Fault
from tests.support.archive_rewriting import lines_of
from tests.support.archive_world import ArchiveWorld, happening

WORLD = ArchiveWorld()
WORLD.write(3, 1, 4, 2)
WORLD.rotate()
WORLD.write(2)
SEGMENTS = tuple(WORLD.stored())
COUNT = len(SEGMENTS)
NUMBERS = st.integers(1, COUNT)


def found(segments: Sequence[StoredSegment]) -> Fault:
    with pytest.raises(BrokenChain) as broken:
        verify(segments, WORLD.jwks, seen=[WORLD.index.newest])
    return broken.value.fault


def with_lines(number: int, lines: Sequence[bytes]) -> list[StoredSegment]:
    changed = StoredSegment(number, b"\n".join(lines))
    return [changed if each.number == number else each for each in SEGMENTS]


def renumbered(segments: Sequence[StoredSegment]) -> list[StoredSegment]:
    return [StoredSegment(number, content) for number, (_, content) in enumerate(segments, 1)]


def test_what_nobody_touched_verifies() -> None:
    assert verify(SEGMENTS, WORLD.jwks, seen=[WORLD.index.newest]).records == 12


@given(NUMBERS, st.data())
def test_a_line_that_is_gone_is_found_where_it_was(number: int, data: st.DataObject) -> None:
    lines = lines_of(SEGMENTS[number - 1].content)
    gone = data.draw(st.integers(0, len(lines) - 2))
    fault = found(with_lines(number, lines[:gone] + lines[gone + 1 :]))
    assert fault.segment == number
    assert fault.line in (gone + 1, gone)  # without the head it is the line before that stands in its place


@given(NUMBERS, st.data())
def test_two_lines_that_changed_places_are_found_at_the_first(number: int, data: st.DataObject) -> None:
    lines = lines_of(SEGMENTS[number - 1].content)
    first, second = sorted(data.draw(st.lists(st.integers(0, len(lines) - 2), min_size=2, max_size=2, unique=True)))
    lines[first], lines[second] = lines[second], lines[first]
    fault = found(with_lines(number, lines))
    assert (fault.segment, fault.line) == (number, first + 1)


@given(NUMBERS, st.data())
def test_a_line_that_was_put_in_is_found_where_it_is(number: int, data: st.DataObject) -> None:
    lines = lines_of(SEGMENTS[number - 1].content)
    every = [line for segment in SEGMENTS for line in lines_of(segment.content)]
    place, line = data.draw(st.integers(1, len(lines) - 1)), data.draw(st.sampled_from(every) | st.binary(max_size=80))
    fault = found(with_lines(number, [*lines[:place], line, *lines[place:]]))
    assert fault.segment == number
    # Behind the head it is the head that is none; of two copies side by side either was put in.
    assert fault.line in (place, place + 1, place + 2)


@given(NUMBERS, st.data())
def test_a_byte_that_is_another_is_found_in_its_line(number: int, data: st.DataObject) -> None:
    content = bytearray(SEGMENTS[number - 1].content)
    place, bits = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    line = content[:place].count(b"\n") + 1
    newline = content[place] == ord("\n") or content[place] ^ bits == ord("\n")
    content[place] ^= bits
    changed = [StoredSegment(number, bytes(content)) if each.number == number else each for each in SEGMENTS]
    fault = found(changed)
    assert fault.segment == number
    # The last character of a signature may differ and sign the same: then it is the digest that tells.
    assert newline or fault.line in (line, None)


@given(NUMBERS, st.data())
def test_a_segment_that_was_cut_off_is_found(number: int, data: st.DataObject) -> None:
    content = SEGMENTS[number - 1].content
    kept = content[: data.draw(st.integers(0, len(content) - 1))]
    assert (
        found([StoredSegment(number, kept) if each.number == number else each for each in SEGMENTS]).segment == number
    )


@given(NUMBERS)
def test_a_segment_that_is_gone_is_named(number: int) -> None:
    assert found([each for each in SEGMENTS if each.number != number]).segment == number


@given(NUMBERS)
def test_a_segment_that_is_gone_is_named_although_those_behind_it_moved_up(number: int) -> None:
    assert found(renumbered([each for each in SEGMENTS if each.number != number])).segment == number


@given(st.lists(NUMBERS, min_size=2, max_size=2, unique=True))
def test_segments_that_changed_places_are_found_at_the_first(places: list[int]) -> None:
    order = list(SEGMENTS)
    one, other = (place - 1 for place in places)
    order[one], order[other] = order[other], order[one]
    assert found(renumbered(order)).segment == min(places)


@given(st.integers(1, COUNT), NUMBERS)
def test_a_segment_that_was_put_in_is_found(place: int, copied: int) -> None:
    order = [*SEGMENTS[: place - 1], SEGMENTS[copied - 1], *SEGMENTS[place - 1 :]]
    fault = found(renumbered(order))
    assert fault.segment in (place, place + 1)  # where it is a copy of its neighbour, both are there


@given(st.integers(0, COUNT - 1))
def test_an_end_that_is_gone_is_found_by_whoever_has_seen_it(kept: int) -> None:
    assert found(SEGMENTS[:kept]).segment == kept + 1


@given(st.lists(st.integers(0, 5), max_size=6))
def test_an_archive_of_any_shape_verifies(sizes: list[int]) -> None:
    world = ArchiveWorld(signer=WORLD.signer, key_sets=WORLD.key_sets)
    for size in sizes:
        world.archiver().append([happening() for _ in range(size)])
    world.archiver().renew()
    verified = verify(world.stored(), world.jwks, seen=[world.index.newest])
    assert (verified.records, verified.head) == (sum(sizes), world.index.newest)
