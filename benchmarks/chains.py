"""What grows: CPU of an exchange with the depth of its chain, memory with the identities that were seen."""

import json
import resource
import statistics
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex

from benchmarks.cpu import cpu, handling
from benchmarks.trust import IDP
from benchmarks.world import World

DEPTHS = (1, 2, 3, 4)
ROUNDS, PER_ROUND = 40, 5
SEEN = 1_500
"""Identities before memory is first looked at: more than any cache keeps."""


def depths(world: World) -> Mapping[int, float]:
    """Depth -> CPU over that of an exchange without an actor: the median of what rounds say."""
    token = world.aws.token()
    works = {0: handling(world, token)}
    for depth in DEPTHS:
        actor = world.aws.token(f"worker-{depth}")
        acting = {"actor_token": actor, "actor_token_type": "urn:ietf:params:oauth:token-type:jwt"}
        works[depth] = handling(world, token, **_of_ours(depth), **acting)
        token = str(json.loads(world.exchange(token, **_of_ours(depth), **acting).body)["access_token"])
    for work in works.values():
        cpu(work, PER_ROUND)
    rounds = [{depth: cpu(work, PER_ROUND) for depth, work in works.items()} for _ in range(ROUNDS)]
    return {depth: statistics.median(one[depth] / one[0] for one in rounds) for depth in DEPTHS}


def _of_ours(depth: int) -> dict[str, str]:
    """From the second link on the subject token is one of ours."""
    return {} if depth == 1 else {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}


def memory(world: World, subjects: int) -> float:
    """MiB that so many exchanges with distinct `sub` and `jti` add, once every cache is full."""
    _exchanged(world, SEEN)
    before = _resident()
    _exchanged(world, subjects)
    return _resident() - before


def _exchanged(world: World, subjects: int) -> None:
    for _ in range(subjects):
        answer = world.exchange(world.aws.token(f"many-{token_hex(8)}", f"{IDP}/many"))
        if answer.status != 200:  # noqa: PLR2004
            raise RuntimeError(answer.body)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
