"""What a plan means: which identities gain or lose which audience and scope."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from federation.cli.printable import printable

AT_ONCE = 100
"""Lines."""

_LISTS = ("gained", "lost", "changed", "examples")


def effects_of(answered: object) -> list[dict[str, Any]]:
    """Every effect by itself, whether the bridge tells them in one list or in several by their kind."""
    if isinstance(answered, Mapping):
        return [dict(one) for name in _LISTS for one in answered.get(name, ())]
    if isinstance(answered, Sequence) and not isinstance(answered, str):
        grouped = [one for one in answered if isinstance(one, Mapping)]
        return [single for one in grouped for single in (effects_of(one) if _is_group(one) else [dict(one)])]
    return []


def print_effects(console: Console, effects: Sequence[Mapping[str, Any]]) -> None:
    """A line each, what is gained first."""
    if not effects:
        console.print(Text("what it means: nobody in the rules or seen lately gains or loses anything", "bold"))
        return
    console.print(Text("what it means", "bold"))
    lines = [Text(f"  {sign} {printable(text)}", style) for sign, style, text in map(_line, effects)]
    for start in range(0, len(lines), AT_ONCE):
        print_lines(console, lines[start : start + AT_ONCE])


def print_lines(console: Console, lines: Sequence[Text]) -> None:
    """All in one call: a call costs more than a line, and there may be tens of thousands."""
    if lines:
        console.print(Text("\n").join(lines), soft_wrap=True)


def _is_group(one: Mapping[str, Any]) -> bool:
    return any(isinstance(one.get(name), list) for name in _LISTS)


def _line(effect: Mapping[str, Any]) -> tuple[str, str, str]:
    if "policy" in effect:
        return "!", "yellow", _example(effect)
    who, what = effect.get("principal"), f"{effect.get('audience')}: {' '.join(effect.get('scopes', ()))}"
    before, after = effect.get("before"), effect.get("after")
    if before is None:
        return "+", "green", f"{who} gains {what}{_terms(after)}{_seen(effect)}"
    if after is None:
        return "-", "red", f"{who} loses {what}{_seen(effect)}"
    return "~", "yellow", f"{who} keeps {what}{_terms(before)} ->{_terms(after)}{_seen(effect)}"


def _example(effect: Mapping[str, Any]) -> str:
    words = {True: "allowed", False: "refused"}
    who = f"{effect.get('principal')} at {effect.get('audience')}"
    then, now = (words[bool(effect.get(f"allowed_{when}"))] for when in ("before", "after"))
    return f"example {effect.get('number')} of Policy {effect['policy']}: {who} was {then}, is {now}"


def _terms(terms: object) -> str:
    if not isinstance(terms, Mapping):
        return ""
    return f" ({', '.join(_words(terms))})"


def _words(terms: Mapping[str, Any]) -> Iterator[str]:
    yield f"for {terms.get('lifetime')} s"
    yield from (f"needs {need}" for need in terms.get("needs", ()))


def _seen(effect: Mapping[str, Any]) -> str:
    """Whether the audit trail knows such an identity, or the documents alone say so."""
    count = effect.get("observed")
    if not count:
        return " [nobody seen]" if count == 0 else ""
    return f" [{count} {'identity' if count == 1 else 'identities'} seen]"
