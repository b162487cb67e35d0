"""The page of documentation of one provider, made from its tables, its examples and the comments in its file."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly

from msgspec import Struct

from federation.documents.checks.guard_rails import IF_MEANT
from federation.documents.form import preset_members
from federation.documents.provider_docs.callers.section import callers
from federation.mapping.match import as_path
from federation.model.json import Json
from federation.model.trust import MatchValue
from federation.verification.claims_table import Check
from federation.verification.provider import Provider, Unfit

_DANGEROUS = "dangerous: true"
_LINK = f"[`{_DANGEROUS}`](../dangerous-documents.md)"
ANYTHING = "Any claim that tells one identity of the issuer from another."


class Example(Struct, frozen=True):
    """A file of trust documents."""

    name: str
    text: str
    matches: tuple[dict[str, MatchValue], ...]
    """The match lines of its mappings."""
    audience: str = ""
    """That of the first grant."""


def page(provider: Provider, told: str, traps: Iterable[str], examples: Sequence[Example]) -> str:
    """Markdown. `told`: the docstring of its file."""
    sections = [
        [f"# {provider.name}", told],
        ["## Getting a token", *callers(provider.name, examples[0].audience if examples else "risk-engine")],
        ["## Trust documents", *_preset(provider), *_examples(examples)],
        ["## What a mapping must pin", *_pins(provider, examples)],
        ["## What identifies nobody", *_unfit(provider.unfit)],
        ["## What must be named", *_named(provider)],
        ["## Claims", *_claims(provider)],
        ["## Its issuers", *_issuers(provider)],
        ["## Traps closed", "\n".join(f"- {trap}" for trap in traps)],
    ]
    told_sections = [section for section in sections if any(section[1:])]
    return "\n\n".join(paragraph for section in told_sections for paragraph in section if paragraph) + "\n"


def _preset(provider: Provider) -> Iterator[str]:
    members = preset_members(provider.preset)
    if members:
        written = "\n".join(f"{name}: {_yaml(value)}" for name, value in members.items())
        yield f"An Issuer document may leave out, and then says:\n\n```yaml\n{written}\n```"


def _yaml(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _examples(examples: Iterable[Example]) -> Iterator[str]:
    for example in examples:
        where = f"examples/trust/{example.name}"
        yield f"[`{where}`](../../{where}):\n\n```yaml\n{example.text.rstrip()}\n```"


def demands(provider: Provider, examples: Iterable[Example]) -> list[str]:
    """What the provider says to a mapping without lines, and to the examples when they lose one."""
    poorer = [_without(match, path) for example in examples for match in example.matches for path in match]
    found = (provider.mapping_problem(match) for match in [{}, *poorer])
    return list(dict.fromkeys(problem for problem in found if problem))


def _without(match: dict[str, MatchValue], path: str) -> dict[str, MatchValue]:
    return {other: value for other, value in match.items() if other != path}


def _pins(provider: Provider, examples: Iterable[Example]) -> Iterator[str]:
    found = demands(provider, examples)
    yield "\n".join(f"- {_sentence(problem)}" for problem in found) if found else ANYTHING
    yield f"What trusts more is refused; {IF_MEANT.replace(_DANGEROUS, _LINK)}."
    names = ", ".join(f"`{as_path(name)}`" for name in provider.table.selectors)
    yield f"Mappings are filed under the first of these that they pin: {names}. A token finds those in one read."


def _unfit(claims: Sequence[Unfit]) -> Iterator[str]:
    if claims:
        yield "No match line and no principal may use these, dangerous or not."
        yield _table(("claim", "why", "instead"), ((_path(each.path), _why(each), each.instead) for each in claims))


def _why(unfit: Unfit) -> str:
    excuse = (
        f"; with the line `{unfit.unless[0]}: {str(unfit.unless[1]).lower()}` it may be used" if unfit.unless else ""
    )
    return f"{unfit.why}{'; no attribute may use it either' if unfit.caller_chosen else ''}{excuse}"


def _named(provider: Provider) -> Iterator[str]:
    if provider.named_when:
        yield "A mapping fits such a token only if it has a line with the claim's exact value."
        yield _table(("claim", "when"), ((_path((name,)), when) for name, when in provider.named_when.items()))


def _claims(provider: Provider) -> Iterator[str]:
    table = provider.table
    yield "Required: without it, or with another form, a token is refused."
    yield _forms(table.required)
    if table.checked:
        yield "Checked: may be absent, null or empty; with another form, a token is refused."
        yield _forms(table.checked)
    if table.optional:
        yield "Optional: with another form, no mapping and no policy may read it; nothing else is refused for that."
        yield _forms(table.optional)
    known = [*sorted(table.accounted), *(f"{prefix}*" for prefix in table.accounted_prefixes)]
    if known:
        yield f"Accounted for, with any value: {', '.join(f'`{name}`' for name in known)}."
    yield "Any other claim is noted in the audit record. A mapping may use it, but nothing else does."


def _forms(checks: ReadOnly[str, Check]) -> str:
    return _table(("claim", "form"), ((_path((name,)), _form(check)) for name, check in checks.items()))


def _form(check: Check) -> str:
    """The first paragraph of its docstring."""
    return " ".join((check.__doc__ or "").partition("\n\n")[0].split()) or "As its provider writes it."


def _issuers(provider: Provider) -> Iterator[str]:
    if provider.issuer_hosts:
        hosts = ", ".join(f"`{host}`" for host in sorted(provider.issuer_hosts))
        yield f"Tokens from {hosts} are this provider's alone: no document with another provider may name them."
    if provider.issuer_path:
        more = " or one segment behind it" if provider.issuer_slug else ""
        yield f"So are those of an issuer whose URL ends in `{provider.issuer_path}`{more}, on any host."
    if provider.guest_of:
        hosts_of = " and ".join(f"[{name}]({name}.md)" for name in sorted(provider.guest_of))
        yield (
            f"It may share the issuers of {hosts_of}, under an audience of its own: no token is accepted by both. "
            "What those demand of an issuer's URL is demanded here too."
        )
    guests = provider.guest_problem({})
    if guests:
        yield f"Mappings of a provider that shares them: {guests}."


def _path(names: Sequence[str]) -> str:
    return f"`{'.'.join(map(as_path, names))}`"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)
