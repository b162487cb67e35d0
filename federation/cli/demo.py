"""`fedbridge demo`: the main job, narrated."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from federation.cli.bridge import TokenFile, connect
from federation.cli.console import AsJson, NoColor, Terminal, diagnostics, output, print_json
from federation.cli.failure import Failed, failing_well
from federation.cli.narration import Narrator
from federation.documents.source import InvalidDocuments
from federation.local.demo.delegation import Delegated, approval, delegate, delegation_refusals
from federation.local.demo.elsewhere import AlreadyThere, open_stage_at
from federation.local.demo.revocation import binding, revocation
from federation.local.demo.stage import EXAMPLES, Stage, open_stage
from federation.local.demo.steps import Exchanged, Moment, Refused, exchanges, exchanges_elsewhere, explained, refusals

EXAMPLE = "Example: fedbridge demo"

Step: TypeAlias = Exchanged | Delegated | Moment | Refused
Chapter: TypeAlias = tuple[str, Callable[[Stage], Iterator[Moment]]]
CHAPTERS: tuple[Chapter, ...] = (
    ("Approved", approval),
    ("Bound", binding),
    ("Revoked", revocation),
    ("Explained", explained),
)
Report: TypeAlias = Callable[[Stage], list[str]]
"""Runs every step and returns what did not end as it should."""


Elsewhere = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="Play on this bridge, as you are logged in: its trust has the examples meanwhile. Default: this machine.",
    ),
]


def demo(*, url: Elsewhere = None, token_file: TokenFile, as_json: AsJson = False, no_color: NoColor = False) -> None:
    """Exchange identities of every provider, act for a person, and watch the refusals that matter.

    Runs on this machine alone, without account or network, unless --url names another bridge: for a test deployment,
    not for one that others use. Exits 0 only if every step ended as it should.
    """
    report = _print_report if as_json else narrated_by(Narrator(output(no_color=no_color)))
    try:
        problems = _play_here(report) if url is None else _play_at(url, token_file, Terminal(as_json, no_color), report)
    except InvalidDocuments as error:
        diagnostics(no_color=no_color).print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    raise typer.Exit(1 if problems else 0)


def _play_here(report: Report) -> list[str]:
    with open_stage(EXAMPLES, log=io.StringIO()) as stage:
        return report(stage)


def _play_at(url: str, token_file: Path, terminal: Terminal, report: Report) -> list[str]:
    with failing_well(terminal, url):
        try:
            with open_stage_at(connect(url, token_file), EXAMPLES) as stage:
                return report(stage)
        except AlreadyThere as error:
            raise Failed(f"the bridge has some of the examples: {error}", "play on another, or delete them") from None


def narrated_by(narrator: Narrator) -> Report:
    """Runs the demo for a person."""

    def narrate(stage: Stage) -> list[str]:
        problems: list[str] = []
        narrator.open(stage)
        narrator.chapter("Traded")
        for exchanged in exchanges(stage):
            narrator.exchanged(exchanged)
            problems += exchanged.problems
        narrator.chapter("Traded elsewhere")
        others = list(exchanges_elsewhere(stage))
        narrator.exchanged_elsewhere(others)
        problems += [problem for other in others for problem in other.problems]
        narrator.chapter("Delegated")
        for delegated in delegate(stage):
            narrator.delegated(delegated)
            problems += delegated.problems
        for title, moments in CHAPTERS:
            narrator.chapter(title)
            for moment in moments(stage):
                narrator.told(moment)
                problems += moment.problems
        narrator.chapter("Refused")
        for refused in (*refusals(stage), *delegation_refusals(stage)):
            narrator.refused(refused)
            problems += refused.problems
        narrator.close(problems)
        return problems

    return narrate


def _print_report(stage: Stage) -> list[str]:
    exchanged = [*exchanges(stage), *exchanges_elsewhere(stage)]
    delegated = list(delegate(stage))
    refused = [*refusals(stage), *delegation_refusals(stage)]
    told = {title: list(moments(stage)) for title, moments in CHAPTERS}
    steps: list[Step] = [*exchanged, *delegated, *(moment for moments in told.values() for moment in moments), *refused]
    problems = [problem for step in steps for problem in step.problems]
    print_json(
        {
            "ok": not problems,
            "exchanged": [_exchanged(step) for step in exchanged],
            "delegated": [_delegated(step) for step in delegated],
            **{title.lower(): [_told(moment) for moment in moments] for title, moments in told.items()},
            "refused": [_refused(step) for step in refused],
        }
    )
    return problems


def _exchanged(step: Exchanged) -> dict[str, Any]:
    """Claims and never token text: this may end up in a log."""
    return {
        "workload": step.workload.name,
        "status": step.answer.status,
        "subject_claims": step.claims,
        "header": step.token_header,
        "claims": step.token_claims,
        "audit": step.record,
        "problems": step.problems,
    }


def _delegated(step: Delegated) -> dict[str, Any]:
    """Claims and never token text, as above."""
    return {
        "actor": step.actor.name,
        "status": step.answer.status,
        "claims": step.token_claims,
        "audit": step.record,
        "problems": step.problems,
    }


def _told(moment: Moment) -> dict[str, Any]:
    return {
        "title": moment.title,
        "facts": dict(moment.facts),
        "details": moment.details,
        "problems": moment.problems,
    }


def _refused(step: Refused) -> dict[str, Any]:
    return {
        "attempt": step.attempt.title,
        "status": step.answer.status,
        "answer": step.answer.members,
        "audit": step.records,
        "problems": step.problems,
    }
