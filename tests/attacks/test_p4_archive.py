"""P4: whoever removes, edits or reorders what happened is found out, with the place (invariant 25)."""

from collections.abc import Callable

import pytest

from federation.audit.chain import StoredSegment, verify
from federation.audit.segment_reading import BrokenChain, Fault
from federation.model.archive import ArchiveHead
from tests.support.archive_rewriting import forged, lines_of, rewritten, without_key
from tests.support.archive_world import ArchiveWorld

SIZES = (4, 3, 5)

Edit = Callable[[list[bytes]], object]


@pytest.fixture
def world() -> ArchiveWorld:
    world = ArchiveWorld()
    world.write(*SIZES)
    return world


def fault(world: ArchiveWorld, *seen: ArchiveHead) -> Fault:
    with pytest.raises(BrokenChain) as broken:
        verify(world.stored(), world.jwks, seen=seen)
    return broken.value.fault


def edit(world: ArchiveWorld, number: int, change: Edit) -> None:
    lines = lines_of(world.segments.contents[number])
    change(lines)
    world.segments.contents[number] = b"\n".join(lines)


def test_P4_what_nobody_touched_verifies(world: ArchiveWorld) -> None:
    verified = verify(world.stored(), world.jwks, seen=[world.index.newest])
    assert (verified.head, verified.segments, verified.records) == (world.index.newest, 3, sum(SIZES))


EDITS: dict[str, tuple[Edit, int]] = {
    "a record was edited": (lambda lines: lines.__setitem__(2, lines[2].replace(b"allow", b"alloW")), 3),
    "a record's hash was edited": (lambda lines: lines.__setitem__(2, b"x" + lines[2][1:]), 3),
    "a record was removed": (lambda lines: lines.pop(2), 3),
    "the last record was removed": (lambda lines: lines.pop(3), 4),
    "records were reordered": (lambda lines: lines.insert(1, lines.pop(3)), 2),
    "a record was put in": (lambda lines: lines.insert(2, lines[1]), 3),
    "the header was edited": (lambda lines: lines.__setitem__(0, lines[0].replace(b"federation.", b"federatioN.")), 1),
    "the head was edited": (lambda lines: lines.__setitem__(4, lines[4][:-8] + b"AAAAAAAA"), 5),
    "the head was removed": (lambda lines: lines.pop(4), 4),
    "the end was cut off": (lambda lines: lines.__setitem__(slice(3, None), [lines[3][:90]]), 4),
    "something stands behind the head": (lambda lines: lines.append(b""), 5),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("number", [2])
def test_P4_an_edit_is_located_by_segment_and_line(world: ArchiveWorld, name: str, number: int) -> None:
    change, line = EDITS[name]
    edit(world, number, change)
    found = fault(world)
    assert (found.segment, found.line) == (number, line)


def test_P4_the_record_that_was_edited_is_named(world: ArchiveWorld) -> None:
    (line,) = lines_of(world.segments.contents[2])[2:3]
    edit(world, 2, EDITS["a record was edited"][0])
    jti = fault(world).jti
    assert jti is not None
    assert jti.encode() in line


@pytest.mark.parametrize("number", [1, 2, 3])
def test_P4_a_segment_that_is_missing_is_named(world: ArchiveWorld, number: int) -> None:
    del world.segments.contents[number]
    assert fault(world, world.index.newest).segment == number


def test_P4_segments_that_changed_places_are_named(world: ArchiveWorld) -> None:
    contents = world.segments.contents
    contents[1], contents[2] = contents[2], contents[1]
    assert fault(world).segment == 1


def test_P4_a_segment_under_two_numbers_is_named(world: ArchiveWorld) -> None:
    world.segments.contents[4] = world.segments.contents[3]
    assert (fault(world).segment, fault(world).line) == (4, 1)


def test_P4_a_missing_end_shows_against_a_head_that_was_seen_elsewhere(world: ArchiveWorld) -> None:
    """By the chain alone it does not show: an earlier state of the archive was whole, too."""
    del world.segments.contents[3]
    verify(world.stored(), world.jwks)
    assert fault(world, world.index.newest).segment == 3


def test_P4_an_empty_archive_proves_nothing(world: ArchiveWorld) -> None:
    world.segments.contents.clear()
    assert (fault(world).segment, fault(world).problem) == (1, "the archive is empty")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_P4_who_rewrites_a_segment_with_all_its_hashes_lacks_its_signature(world: ArchiveWorld, number: int) -> None:
    world.segments.contents[number] = rewritten(world.segments.contents[number])
    found = fault(world)
    assert (found.segment, found.line) == (number, SIZES[number - 1] + 2)


def test_P4_who_forges_one_segment_under_a_key_of_their_own_is_found_by_the_next(world: ArchiveWorld) -> None:
    world.segments.contents[2] = forged(world, 2)
    assert (fault(world).segment, fault(world).problem) == (2, "it is not the segment that segment 3 was chained to")


def test_P4_who_forges_all_segments_under_a_key_of_their_own_has_no_head_that_a_published_key_signed(
    world: ArchiveWorld,
) -> None:
    published = world.jwks
    other = ArchiveWorld()
    other.write(*SIZES)
    with pytest.raises(BrokenChain, match="not signed by a key that the bridge publishes"):
        verify(other.stored(), published)


def test_P4_history_that_was_signed_again_is_not_the_one_that_was_seen(world: ArchiveWorld) -> None:
    """Even whoever may use the signing key cannot undo what somebody wrote down."""
    seen = world.index.newest
    again = ArchiveWorld(signer=world.signer, key_sets=world.key_sets)
    again.write(*SIZES)
    verify(again.stored(), again.jwks)
    with pytest.raises(BrokenChain, match="seen elsewhere"):
        verify(again.stored(), again.jwks, seen=[seen])


@pytest.mark.parametrize("order", [1, -1])
def test_P4_of_several_heads_that_were_seen_every_one_must_fit(world: ArchiveWorld, order: int) -> None:
    """The bridge's own word for the newest must not take the place of an auditor's."""
    seen = [world.index.newest, ArchiveHead(3, "0" * 64)][::order]
    assert "seen elsewhere" in fault(world, *seen).problem


def test_P4_segments_of_another_bridge_are_none_of_ours(world: ArchiveWorld) -> None:
    with pytest.raises(BrokenChain, match="another bridge"):
        verify(world.stored(), world.jwks, issuer="https://other.example.com")


def test_P4_old_segments_verify_when_their_key_is_gone(world: ArchiveWorld) -> None:
    world.rotate()
    world.write(2)
    world.forget_old_keys()
    assert verify(world.stored(), world.jwks).segments == 4


def test_P4_a_newest_head_whose_key_is_gone_vouches_for_nothing(world: ArchiveWorld) -> None:
    world.rotate()
    world.forget_old_keys()
    found = fault(world)
    assert (found.segment, found.line) == (3, SIZES[-1] + 2)


def test_P4_what_was_verified_before_is_where_it_goes_on(world: ArchiveWorld) -> None:
    stored = list(world.stored())
    before = verify(stored[:2], world.jwks)
    start = ArchiveHead(before.head.number - 1, before.before)
    assert verify(stored[1:], world.jwks, start=start, seen=[before.head]).records == sum(SIZES[1:])
    other = ArchiveWorld(signer=world.signer, key_sets=world.key_sets)
    other.write(*SIZES)
    with pytest.raises(BrokenChain):
        verify(list(other.stored())[1:], other.jwks, start=start, seen=[before.head])


def test_P4_whatever_stands_in_the_place_of_a_segment_is_no_segment(world: ArchiveWorld) -> None:
    for junk in (
        b"",
        b"\n",
        b"\n\n",
        b"[]\n[]\n",
        b"\xff" * 99 + b"\n\n",
        b"{" * 5000 + b"\nx\n",
        without_key(world, 2),
    ):
        broken = [*list(world.stored())[:1], StoredSegment(2, junk)]
        with pytest.raises(BrokenChain) as raised:
            verify(broken, world.jwks)
        assert raised.value.fault.segment == 2
