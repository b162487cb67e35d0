"""`fedbridge audit trace`: the chain of custody of a token, as a tree or as a picture."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from federation.cli.audit_picture import Html, MermaidOption, Out, Svg, chosen, draw
from federation.cli.audit_uses import read_uses, told_use, with_uses
from federation.cli.completion import complete_jti
from federation.cli.console import Terminal, printable
from federation.cli.failure import FAILED, Failed
from federation.cli.session import AdminSession, admin_command, every
from federation.client.admin import AdminApi, AdminRefused

EXAMPLE = "Example: fedbridge audit trace 3HunDVp03kzwwBGVVo9FJA --svg --out chain.svg"

Id = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="The jti of a token, or the correlation id of a request.", autocompletion=complete_jti
    ),
]
Since = Annotated[str, typer.Option(metavar="TIME", help="As 7d, 24h, 2026-11-30 or 2026-11-30T08:00:00Z.")]
Uses = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A service's log of what it let in; repeatable."),
]


@admin_command
def trace(  # noqa: PLR0913 (each is an option of the command)
    session: AdminSession,
    id_: Id,
    *,
    since: Since = "7d",
    uses: Uses = None,
    svg: Svg = False,
    mermaid: MermaidOption = False,
    html: Html = False,
    out: Out = None,
) -> None:
    """Show the chain of custody, from a token back to the identity with which everything began.

    With --uses also where each token was let in, as the services' own logs have it. With --svg, --mermaid or --html
    as a picture, on stdout or in the file of --out.

    Exits 0 if it leads there, 1 if it does not, or if nothing is known of that token or request.
    """
    terminal = session.terminal
    drawing = chosen(terminal, {"svg": svg, "mermaid": mermaid, "html": html}, out)
    chain = _found(terminal, session.connect(), id_, since)
    told = with_uses(chain, read_uses(uses)) if uses else chain
    terminal.answer(told)
    if drawing:
        draw(terminal, told, drawing, out)
    else:
        print_chain(terminal, told)
    if not chain["complete"]:
        raise typer.Exit(FAILED)


def _found(terminal: Terminal, api: AdminApi, id_: str, since: str) -> dict[str, Any]:
    """The chain of that token, or of the one that came of that request; ends the command where none did."""
    chain = _chain(api, id_)
    if chain is None:
        record = _of_request(api, id_, since)
        chain = _chain(api, str(record.get("jti") or ""))
        if chain is None:
            terminal.answer({"refused": record})
            print_refusal(terminal, record)
            raise typer.Exit(FAILED)
    return chain


def print_chain(terminal: Terminal, chain: Mapping[str, Any]) -> None:
    """The token that was asked about at the top; below each what it was made from."""
    if terminal.as_json:
        return
    first, *earlier = chain["items"]
    root = branch = _branch(Tree(_text(f"token {first['jti']}", "bold")), first)
    for link in earlier:
        branch = _branch(branch.add(_text(f"made from token {link['jti']}", "bold")), link)
    terminal.results.print(root)
    for child in chain.get("children", ()):
        made = _branch(Tree(_text(f"made of it: token {child['jti']}", "bold")), child)
        terminal.results.print(made)
    if chain.get("children_complete") is False:
        terminal.say("and more", "yellow")
    for ending in chain.get("revocations", ()):
        _say_ended(terminal, ending)
    for use in chain.get("other_uses", ()):
        terminal.say(f"same transaction: {told_use(use, whose=True)}")


def _say_ended(terminal: Terminal, ending: Mapping[str, Any]) -> None:
    by = f" by {ending['by']}: {ending['reason']}" if ending.get("by") else ""
    terminal.say(f"revoked: {ending['what']} {ending['value']} at {ending['revoked_at']}{by}", "red")
    for jti in ending["covers"]:
        terminal.say(f"  token {jti}", "red")


def _branch(tree: Tree, link: Mapping[str, Any]) -> Tree:
    for fact in _facts(link):
        tree.add(_text(fact))
    for use in link.get("uses", ()):
        tree.add(_text(told_use(use), "green"))
    return tree


def print_refusal(terminal: Terminal, record: Mapping[str, Any]) -> None:
    """Why no token came of a request."""
    terminal.say(f"refused: {record.get('error')}: {record.get('reason')}", "bold red")
    for name in (
        "time",
        "detail",
        "issuer",
        "subject",
        "principal",
        "client_id",
        "requested_audience",
        "correlation_id",
    ):
        if record.get(name):
            terminal.say(f"  {name:18} {' '.join(names(record[name]))}")


def _facts(link: Mapping[str, Any]) -> Iterator[str]:
    if link.get("record") is None:
        yield "there is no record of it that you may see"
        return
    what = " ".join((*names(link["scope"]), "at", *names(link["audience"])))
    yield f"{link['outcome']}  {link['time']}  {what}"
    actors = tuple(_actors(link.get("act")))
    acting = f", with {' through '.join(actors)} acting" if actors else ""
    yield f"principal {link['principal']}{acting}"
    if link.get("approval"):
        yield f"approval {link['approval']}"
    if "parent_jti" not in link["record"]:
        yield f"identity {link['subject']} of issuer {link['issuer']}, by mapping {link['mapping']}"


def _actors(act: object) -> Iterator[str]:
    """The current actor first."""
    while isinstance(act, Mapping):
        yield str(act.get("sub"))
        act = act.get("act")


def names(value: object) -> Sequence[str]:
    """Of a member of a record that has one, several or none."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style)


def _chain(api: AdminApi, jti: str) -> dict[str, Any] | None:
    """None: it is no token's jti."""
    if not jti or not jti.isascii() or not jti.replace("-", "").replace("_", "").isalnum():
        return None
    try:
        return api.get(f"/audit/{jti}/chain").members
    except AdminRefused as refused:
        if refused.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
            raise
        return None


def _of_request(api: AdminApi, id_: str, since: str) -> dict[str, Any]:
    items = list(every(api, "/audit", 1, {"correlation_id": id_, "since": since}))
    if not items:
        raise Failed(
            f"the trail knows neither a token nor a request {printable(id_)}",
            "look at the id and the bridge's URL; an older request takes --since",
        )
    return items[0]
