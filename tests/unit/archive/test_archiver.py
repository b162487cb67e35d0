"""The archiver: once, in order, whatever happens in between."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pytest

from federation.archive.archiver import RENEWED
from federation.audit.chain import verify
from federation.audit.segment import HEX, MAX_SEGMENT
from federation.model.archive import ArchiveHead, Happening
from federation.oauth.errors import OAuthError, ServerError
from tests.support.archive_rewriting import forged
from tests.support.archive_world import ArchiveWorld, happening


@pytest.fixture
def world() -> ArchiveWorld:
    return ArchiveWorld()


def events(world: ArchiveWorld) -> list[str]:
    """Of every record in the archive, in order; the chain verifies."""
    verify(world.stored(), world.jwks, seen=[world.index.newest])
    return [json.loads(line[HEX + 1 :])["event"] for line in world.records()]


def test_what_happened_is_archived_in_order_and_once(world: ArchiveWorld) -> None:
    told = [happening() for _ in range(3)]
    report = world.archiver().append(told)
    assert (report.written, report.records, report.head.number) == (1, 3, 1)
    again = world.archiver().append([*told, later := happening()])
    assert (again.written, again.records) == (1, 1)
    assert events(world) == [each.event for each in (*told, later)]


def test_what_is_told_twice_at_once_is_archived_once(world: ArchiveWorld) -> None:
    told = happening()
    world.archiver().append([told, told])
    assert events(world) == [told.event]


def test_what_became_of_a_record_is_a_record_of_its_own(world: ArchiveWorld) -> None:
    issued = happening("one")
    discarded = Happening("two", "changed", issued.at, issued.jti, {**issued.record, "outcome": "discarded"})
    world.archiver().append([issued, discarded])
    assert events(world) == ["one", "two"]
    assert [json.loads(line[HEX + 1 :])["record"]["outcome"] for line in world.records()] == ["allow", "discarded"]


def test_nothing_new_writes_nothing(world: ArchiveWorld) -> None:
    assert world.archiver().append([]).written == 0
    assert world.segments.contents == {}


def test_a_segment_is_never_larger_than_an_answer_can_be(world: ArchiveWorld) -> None:
    world.archiver().append([happening(text='"' * 190_000) for _ in range(9)])
    assert len(world.segments.contents) == 5
    assert all(len(content) <= MAX_SEGMENT for content in world.segments.contents.values())
    assert len(events(world)) == 9


class Killed(Exception):
    """The process is no more."""


@dataclass
class Fuse:
    """Kills at the n-th step: before it is done, or after."""

    steps: int
    after: bool

    def step(self, do: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401
        self.steps -= 1
        if self.steps == 0 and not self.after:
            raise Killed
        done = do(*arguments)
        if self.steps == 0:
            raise Killed
        return done


@dataclass
class Fused:
    """Both ports over those of the world."""

    world: ArchiveWorld
    fuse: Fuse

    def put(self, number: int, content: bytes) -> bool:
        return bool(self.fuse.step(self.world.segments.put, number, content))

    def get(self, number: int) -> bytes | None:
        return self.world.segments.get(number)

    def numbers(self, after: int, limit: int) -> tuple[int, ...]:
        return self.world.segments.numbers(after, limit)

    def head(self) -> ArchiveHead:
        return self.world.index.head()

    def archived(self, events: Collection[str]) -> frozenset[str]:
        return self.world.index.archived(events)

    def mark(self, events: Collection[str], number: int) -> None:
        """Half of them may be marked when it ends."""
        for event in events:
            self.fuse.step(self.world.index.mark, [event], number)

    def advance(self, head: ArchiveHead) -> None:
        self.fuse.step(self.world.index.advance, head)


def killed_at(world: ArchiveWorld, fuse: Fuse, told: list[Happening]) -> bool:
    fused = Fused(world, fuse)
    dying = world.archiver()
    try:
        type(dying)(dying.issuer, dying.key, dying.signer, fused, fused, dying.clock).append(told)
    except Killed:
        return True
    return False


ENDS = [(step, after) for step in range(1, 7) for after in (False, True)]
"""Every step of writing a segment of three, before and after; and none."""


@pytest.mark.parametrize(("step", "after"), ENDS)
def test_wherever_it_is_killed_the_next_one_goes_on(world: ArchiveWorld, step: int, after: bool) -> None:
    world.write(2)
    told = [happening() for _ in range(3)]
    assert killed_at(world, Fuse(step, after), told) is (step <= 5)
    others = happening()
    world.archiver().append([others])
    world.archiver().append(told)
    found = events(world)
    assert sorted(found[2:]) == sorted([others.event, *(each.event for each in told)])
    assert len(found) == len(set(found)) == 6


def test_it_may_be_killed_again_and_again(world: ArchiveWorld) -> None:
    told = [happening() for _ in range(4)]
    assert [killed_at(world, Fuse(steps, after=True), told) for steps in range(1, 8)] == [True] * 5 + [False] * 2
    assert events(world) == [each.event for each in told]


@dataclass
class Rival:
    """Segments of the world, where somebody else is first so many times."""

    world: ArchiveWorld
    times: int
    told: list[Happening]

    def put(self, number: int, content: bytes) -> bool:
        if self.times:
            self.times -= 1
            self.world.archiver().append([self.told.pop(0)])
        return self.world.segments.put(number, content)

    def get(self, number: int) -> bytes | None:
        return self.world.segments.get(number)

    def numbers(self, after: int, limit: int) -> tuple[int, ...]:
        return self.world.segments.numbers(after, limit)


def test_of_two_that_write_the_same_number_one_comes_after_the_other(world: ArchiveWorld) -> None:
    mine, others = happening(), [happening() for _ in range(3)]
    own = world.archiver()
    rival = Rival(world, 3, list(others))
    type(own)(own.issuer, own.key, own.signer, rival, own.index, own.clock).append([mine])
    assert events(world) == [*(each.event for each in others), mine.event]


def test_one_that_was_thought_dead_writes_nothing_a_second_time(world: ArchiveWorld) -> None:
    told = happening()
    own = world.archiver()
    rival = Rival(world, 1, [told])
    report = type(own)(own.issuer, own.key, own.signer, rival, own.index, own.clock).append([told])
    assert report.written == 0
    assert events(world) == [told.event]


def test_with_too_many_rivals_it_says_so(world: ArchiveWorld) -> None:
    own = world.archiver()
    rival = Rival(world, 99, [happening() for _ in range(99)])
    with pytest.raises(OAuthError) as stopped:
        type(own)(own.issuer, own.key, own.signer, rival, own.index, own.clock).append([happening()])
    assert "others write" in str(stopped.value.detail)


@pytest.mark.parametrize("content", [b"junk\n", b""])
def test_what_is_no_segment_stops_it(world: ArchiveWorld, content: bytes) -> None:
    world.write(1)
    world.segments.contents[2] = content
    with pytest.raises(ServerError) as stopped:
        world.archiver().append([happening()])
    assert "the archive is broken" in str(stopped.value.detail)


def test_a_segment_by_a_key_that_is_not_ours_stops_it(world: ArchiveWorld) -> None:
    """It could claim that something is archived which is not."""
    world.write(1)
    world.segments.contents[2] = forged(world, 2)
    with pytest.raises(ServerError) as stopped:
        world.archiver().append([happening()])
    assert "none of ours" in str(stopped.value.detail)


def test_a_segment_that_is_gone_does_not_stop_it(world: ArchiveWorld) -> None:
    """What happens next is recorded all the same; that one is missing is for the verifier to say."""
    world.write(1, 1)
    world.segments.contents.clear()
    world.write(1)
    assert list(world.segments.contents) == [3]


def test_the_head_is_renewed_when_it_is_old_or_its_key_signs_no_more(world: ArchiveWorld) -> None:
    assert world.archiver().renew().written == 1  # the first segment says that there is an archive
    assert world.archiver().renew().written == 0
    world.clock.advance(RENEWED)
    assert world.archiver().renew().written == 1
    world.rotate()
    assert world.archiver().renew().written == 1
    world.forget_old_keys()
    assert world.archiver().renew().written == 0
    assert events(world) == []
    assert world.index.newest.number == 3


def test_a_key_that_was_made_a_moment_ago_is_known(world: ArchiveWorld) -> None:
    """Another process signed with it while this one remembered the keys of before."""
    mine = world.archiver()
    mine.append([happening()])
    world.rotate()
    world.write(1)
    mine.append([happening()])
    assert len(events(world)) == 3
