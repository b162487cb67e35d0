"""The tokens of `fedbridge serve --demo-tokens`: what each is good for, and the command that exchanges it."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from federation.local.begin import ToTry
from federation.local.demo.stage import Providers
from federation.local.demo.workloads import ALL, CHAIN, Workload


def to_try(providers: Providers, folder: Path, program: str) -> tuple[ToTry, ...]:
    """Every token that `write_tokens` writes into `folder`. `program`: how this shell calls `fedbridge`."""
    commands = dict(_commands(folder, program))
    return tuple(
        ToTry(
            workload.title,
            folder / f"{workload.name}.jwt",
            workload.audience,
            once=bool(providers.issuers[workload.issuer].get("single_use")),
            command=commands[workload.name],
        )
        for workload in ALL
        if workload.issuer in providers.keys
    )


def _commands(folder: Path, program: str) -> Iterator[tuple[str, str]]:
    for workload in ALL:
        if workload not in CHAIN:
            yield workload.name, _exchange(program, workload, _file(folder, workload))
    yield from _chain(folder, program)


def _chain(folder: Path, program: str) -> Iterator[tuple[str, str]]:
    """Each acts for the one before it, and brings what that one got."""
    first, second, third = CHAIN
    delegated = _exchange(program, second, _file(folder, first), _actor(folder, second))
    yield first.name, _exchange(program, first, _file(folder, first))
    yield second.name, delegated
    yield third.name, _exchange(program, third, f"command:{delegated}", _actor(folder, third))


def _exchange(program: str, workload: Workload, source: str, actor: str = "") -> str:
    return f"{shlex.quote(program)} token --audience {workload.audience} --source {shlex.quote(source)}{actor}"


def _file(folder: Path, workload: Workload) -> str:
    return f"file:{folder}/{workload.name}.jwt"


def _actor(folder: Path, workload: Workload) -> str:
    return f" --actor-token-file {shlex.quote(f'{folder}/{workload.name}.jwt')}"
