"""What a mapping may rest on, by the rules of its issuer's provider (ATTACKS D15, D22, E10, H4).

Trusting too many is refused unless the document says `dangerous: true`, which a second admin must confirm. Trusting the
wrong claim is refused in any case: it is a mistake however many it is meant for.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.documents.source import Location
from federation.mapping.match import ClaimPath, is_glob, parse_path, top_level
from federation.mapping.templates import parse_attribute, parse_principal
from federation.model.glob import STAR
from federation.model.json import Json
from federation.model.trust import MatchValue
from federation.verification.claims_table import Check
from federation.verification.provider import Provider, Unfit
from federation.verification.providers import provider_named
from federation.verification.shapes import marked_by
from federation.verification.shared_issuers import owner_of
from federation.verification.telling_apart import Known, lets_in_everybody

IF_MEANT = "if all of them are meant, write dangerous: true, which a second admin must confirm"


class Objection(NamedTuple):
    """What is wrong in a mapping, and where."""

    location: Location
    message: str
    hint: str = ""


def objections(mapping: MappingDocument, issuer: IssuerDocument) -> Iterator[Objection]:
    """Everything that keeps the mapping from being written."""
    provider, match = provider_named(issuer.provider), dict(mapping.match)
    danger = None if mapping.dangerous else trusts_too_many(match, issuer)
    if danger:
        yield Objection(("match",), danger, IF_MEANT)
    yield from () if mapping.dangerous else _actors_from_anywhere(mapping)
    yield from _unfit_lines(provider, match)
    yield from _unfit_principal(provider, mapping, match)
    yield from _unfit_attributes(provider, mapping)
    if not danger:  # whose fix is the better one
        yield from _impossible_lines(provider, match)


def trusts_too_many(match: dict[str, MatchValue], issuer: IssuerDocument) -> str | None:
    """Whom these lines let in, or what to pin; None: not more than one owner can answer for."""
    provider, owner = provider_named(issuer.provider), owner_of(issuer.issuer)
    as_guest = owner.guest_problem(match) if owner and owner.name != provider.name else None
    # Where the provider has no rules of its own, a line is judged by what it rules out at this very issuer.
    known = None if provider.has_rules else Known(issuer.issuer, tuple(issuer.audiences))
    return lets_in_everybody(match, known) or provider.mapping_problem(match) or as_guest


def read_as_others(mapping: MappingDocument, issuer: IssuerDocument) -> Iterator[Objection]:
    """Lines on claims that mark another provider's tokens, which are refused at this issuer."""
    for path in mapping.match:
        owners = marked_by(top_level(path) or "")
        if owners and issuer.provider not in owners:
            message = f"{path} is a claim of {owners[0]}, whose tokens are refused under {issuer.provider}"
            yield Objection(("match", path), message, f"if the issuer is {owners[0]}'s, write provider: {owners[0]}")


def lends_itself(mapping: MappingDocument) -> str | None:
    """That an actor of any name may act for it; None: `may_act` says of which kind."""
    open_ = [pattern for pattern in mapping.may_act if STAR in pattern.partition("/")[0]]
    return f"{open_[0]} lets actors of every namespace act: begin with a literal one, as in agent/*" if open_ else None


def _actors_from_anywhere(mapping: MappingDocument) -> Iterator[Objection]:
    if problem := lends_itself(mapping):
        yield Objection(("may_act",), problem, IF_MEANT)


def _unfit_lines(provider: Provider, match: dict[str, MatchValue]) -> Iterator[Objection]:
    for path in match:
        for unfit in _unfit(provider, parse_path(path), match):
            yield Objection(("match", path), f"{_name(unfit)} {unfit.why}; {_instead(unfit, 'pin')}")


def unfit_for_match(provider: Provider, path: str) -> str | None:
    """Why no line may rest on the claim, and on what instead; None: it may."""
    found = next(_unfit(provider, parse_path(path), {}), None)
    return f"{_name(found)} {found.why}; {_instead(found, 'pin')}" if found else None


def _unfit_principal(provider: Provider, mapping: MappingDocument, match: dict[str, MatchValue]) -> Iterator[Objection]:
    """The caller who chooses the claim would choose the principal."""
    for path in _paths(parse_principal(mapping.principal)):
        for unfit in _unfit(provider, path, match):
            yield Objection(("principal",), f"{_name(unfit)} {unfit.why}; {_instead(unfit, 'use')}")


def _unfit_attributes(provider: Provider, mapping: MappingDocument) -> Iterator[Objection]:
    """Policies and APIs take attributes for what the provider says."""
    for name, template in mapping.attributes.items():
        found = (unfit for path in _paths(parse_attribute(template)) for unfit in _unfit(provider, path, {}))
        for unfit in found:
            if unfit.caller_chosen:
                yield Objection(("attributes", name), f"{_name(unfit)} {unfit.why}; leave it out")


def _unfit(provider: Provider, path: ClaimPath, match: dict[str, MatchValue]) -> Iterator[Unfit]:
    for unfit in provider.unfit:
        if path[: len(unfit.path)] == unfit.path and not _excused(unfit, match):
            yield unfit


def _excused(unfit: Unfit, match: dict[str, MatchValue]) -> bool:
    if unfit.unless is None:
        return False
    path, value = unfit.unless
    return path in match and type(match[path]) is type(value) and match[path] == value


def _impossible_lines(provider: Provider, match: dict[str, MatchValue]) -> Iterator[Objection]:
    """A value that the provider's tokens cannot have: the line would never hold, and no message would say why."""
    known = provider.table.forms
    for path, wanted in match.items():
        check = known.get(top_level(path) or "")
        if check and not is_glob(wanted) and not check(wanted):
            yield Objection(("match", path), f"no token of {provider.name} has this value there", _hint(check, wanted))


def _hint(check: Check, wanted: MatchValue) -> str:
    as_text = str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
    return "write it in quotes" if not isinstance(wanted, str) and check(as_text) else ""


def _paths(template: Iterable[str | ClaimPath]) -> Iterator[ClaimPath]:
    return (piece for piece in template if not isinstance(piece, str))


def _name(unfit: Unfit) -> str:
    return unfit.path[-1]


def _instead(unfit: Unfit, verb: str) -> str:
    if unfit.unless is None:
        return f"{verb} {unfit.instead}"
    path, value = unfit.unless
    return f"add the line {path}: {_yaml(value)}, or {verb} {unfit.instead}"


def _yaml(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
