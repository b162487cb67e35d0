"""`fedbridge whocan`: who can reach what, by the documents alone."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from federation.cli.completion import complete_audience, complete_principal, complete_scope
from federation.cli.console import Terminal, printable
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession, admin_command

_USUALLY = {
    True: ("usually allowed", "green"),
    False: ("refused unless conditions of its policies hold", "red"),
    None: ("depends on the token", "yellow"),
}


def print_reach(console: Console, found: Mapping[str, Any], asked: str) -> None:
    """Every way; `asked`: the audience or the principal."""
    tree = Tree(Text(printable(asked), "bold"))
    ways: Sequence[Mapping[str, Any]] = found.get("itself") or found.get("items") or found.get("ways") or ()
    shared = _shared(ways)
    for told in shared:
        tree.add(_text(f"everywhere here: {told}", "yellow"))
    for issuer, theirs in _by_issuer(ways):
        branch = tree.add(_text(f"Issuer {issuer}", "cyan"))
        for way in theirs:
            _add_way(branch, way, shared)
    acts_for = found.get("acts_for") or ()
    if acts_for:
        branch = tree.add(Text("may act for", "magenta"))
        for edge in acts_for:
            _add_edge(branch, edge, "")
    if not ways and not acts_for:
        tree.add(Text("nobody and nothing", "dim"))
    console.print(tree)


def _by_issuer(ways: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    issuers = sorted({_issuer(way) for way in ways})
    return ((issuer, [way for way in ways if _issuer(way) == issuer]) for issuer in issuers)


def _issuer(way: Mapping[str, Any]) -> str:
    party = way["party"]
    tenant = f" (tenant {party['tenant']})" if party.get("tenant") else ""
    return f"{party['issuer']}{tenant}"


def _told(way: Mapping[str, Any]) -> list[str]:
    """What its policies say, each once."""
    counted = Counter(_policy(say) for say in way.get("policies") or ())
    return [f"{told} (by {count} rules)" if count > 1 else told for told, count in counted.items()]


def _shared(ways: Sequence[Mapping[str, Any]]) -> list[str]:
    """What policies say of every one of several ways."""
    first, *others = [_told(way) for way in ways] or [[]]
    return [told for told in first if others and all(told in other for other in others)]


def _add_way(branch: Tree, way: Mapping[str, Any], shared: Sequence[str]) -> None:
    party = way["party"]
    match = ", ".join(f"{name} = {_shown(value)}" for name, value in party["match"].items())
    mapping = branch.add(_text(f"Mapping {party['mapping']}: {match}"))
    usually, style = _USUALLY[way.get("usually")]
    reached = f"{party['principal']} -> {way['audience']}: {' '.join(way['scopes'])} ({usually})"
    principal = mapping.add(_text(reached, style))
    for client in way.get("clients") or ():
        principal.add(_text(f"also through Client {client}", "dim"))
    for told in _told(way):
        if told not in shared:
            principal.add(_text(told, "yellow"))
    for edge in way.get("actors") or ():
        _add_edge(principal, edge, "acted for by ")


def _policy(say: Mapping[str, Any]) -> str:
    where = f" where {say['head']}" if say.get("head") else ""
    obligations = f": {_shown(say['obligations'])}" if say.get("obligations") else ""
    return f"Policy {say['policy']} {say['verdict']}{where}{obligations}"


def _add_edge(branch: Tree, edge: Mapping[str, Any], words: str) -> None:
    party = edge["party"]
    more = " (and more)" if edge.get("cut") else ""
    named = f"{words}{party['principal']} by may_act {edge['by']}, Mapping {party['mapping']}{more}"
    node = branch.add(_text(named, "magenta"))
    for further in edge.get("then") or ():
        _add_edge(node, further, words)


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


EXAMPLE = "Example: fedbridge whocan --audience risk-engine --scope risk:score:read"

Audience = Annotated[str | None, typer.Option(metavar="ID", help="Who reaches this?", autocompletion=complete_audience)]
Scope = Annotated[
    str | None,
    typer.Option(metavar="SCOPE", help="With --audience: for this scope alone.", autocompletion=complete_scope),
]
Principal = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="What does this one reach, and for whom?", autocompletion=complete_principal),
]


@admin_command
def whocan(
    session: AdminSession,
    *,
    audience: Audience = None,
    scope: Scope = None,
    principal: Principal = None,
) -> None:
    """Show every way to an audience, or everything that a principal reaches, with the actors on its behalf.

    Exits 0 if the bridge has answered, 1 if not, 2 if it is not clear what is asked.
    """
    if (audience is None) == (principal is None) or (scope and principal):
        raise Failed("about whom?", "--audience, perhaps with --scope; or --principal", code=USAGE)
    given = {"audience": audience, "scope": scope, "principal": principal}
    api = session.connect()
    found = api.get("/whocan", {name: value for name, value in given.items() if value is not None}).members
    if audience and not found.get("items"):
        api.get(f"/audiences/{audience}")  # a name that is misspelt reaches nothing either
    _tell(session.terminal, found, principal or audience or "")


def _tell(terminal: Terminal, found: Mapping[str, Any], asked: str) -> None:
    terminal.answer(found)
    if not terminal.as_json:
        print_reach(terminal.results, found, asked)
    if found.get("truncated"):
        terminal.note("there is more than is shown: ask for one scope, or about one principal", "yellow")
