"""Records of the audit trail as people read them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.text import Text
from rich.tree import Tree

from federation.cli.console import Terminal
from federation.cli.printable import printable

_GOOD = "allow"


def when(seconds: int) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def print_chain(terminal: Terminal, chain: Mapping[str, Any]) -> None:
    """The token that was asked about at the top; below each what it was made from."""
    if terminal.as_json:
        return
    first, *earlier = chain["items"]
    root = branch = _branch(Tree(_text(f"token {first['jti']}", "bold")), first)
    for link in earlier:
        branch = _branch(branch.add(_text(f"made from token {link['jti']}", "bold")), link)
    terminal.results.print(root)


def _branch(tree: Tree, link: Mapping[str, Any]) -> Tree:
    for fact in _facts(link):
        tree.add(_text(fact))
    return tree


def print_records(terminal: Terminal, records: Sequence[Mapping[str, Any]]) -> None:
    """A line each, with what leads on to the next question."""
    for record in records:
        style = "" if record.get("outcome") == _GOOD else "yellow"
        what = " ".join((*_names(record.get("scope")), "at", *_names(record.get("audience"))))
        told = record.get("reason") or (what if record.get("audience") else "")
        who = record.get("principal") or record.get("subject") or "nobody"
        named = f"jti {record['jti']}" if record.get("jti") else f"correlation id {record.get('correlation_id')}"
        terminal.say(f"{record.get('time')}  {record.get('outcome')}  {who}  {told}  {named}", style)
    if not records:
        terminal.say("nothing of that kind is in the trail", "yellow")


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
            terminal.say(f"  {name:18} {' '.join(_names(record[name]))}")


def _facts(link: Mapping[str, Any]) -> Iterator[str]:
    if link.get("record") is None:
        yield "there is no record of it that you may see"
        return
    what = " ".join((*_names(link["scope"]), "at", *_names(link["audience"])))
    yield f"{link['outcome']}  {link['time']}  {what}"
    actors = tuple(_actors(link.get("act")))
    acting = f", with {' through '.join(actors)} acting" if actors else ""
    yield f"principal {link['principal']}{acting}"
    if link.get("approval"):
        yield f"approval {link['approval']}"
    if "parent_jti" not in link["record"]:
        yield f"identity {link['subject']} of issuer {link['issuer']}, by mapping {link['mapping']}"


def _actors(act: object) -> Iterator[str]:
    """Whoever acts now first."""
    while isinstance(act, Mapping):
        yield str(act.get("sub"))
        act = act.get("act")


def _names(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style)
