"""Authorization details (RFC 9396): what exactly a token is for, in the words of its target APIs."""

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence

from federation.model.json import Json, JsonObject
from federation.model.own_claims import OwnClaims
from federation.model.trust import DetailType
from federation.oauth.errors import InvalidAuthorizationDetails
from federation.oauth.reasons import Reason
from federation.policy.ceilings import Target

MAX_TEXT = 128
"""Characters of a value where any text may be."""
MAX_VALUES = 32
"""In one member."""
LOCATIONS = "locations"
"""RFC 9396 section 2.2: every type has it, for the resources that the detail is about."""


def decide_details(
    requested: Sequence[JsonObject], own: OwnClaims | None, targets: Sequence[Target]
) -> tuple[JsonObject, ...]:
    """The token's details; raises InvalidAuthorizationDetails.

    `own`: what one of our own tokens says, if that is exchanged. Its details stay as they are unless the request
    narrows them. They too must be granted at every target, or a token would carry a right from one to the other.
    """
    details = tuple(requested) or (own.authorization_details if own else ())
    for detail in details:
        for target in targets:
            _check_granted(detail, target)
        _check_locations(detail, targets)
    if own is not None and not _narrower(details, own.authorization_details):
        raise _not_granted("beyond the details of the subject token")
    return details


def values_of(value: Json) -> tuple[str, ...]:
    """A text or a list of texts, as a list; raises InvalidAuthorizationDetails for anything else."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not 1 <= len(values) <= MAX_VALUES:
        raise _invalid("a member is neither a text nor a list of texts")
    texts = tuple(one for one in values if isinstance(one, str) and one)
    if len(texts) < len(values):
        raise _invalid("a member is neither a text nor a list of texts")
    if len(set(texts)) < len(texts):
        raise _invalid("a member has a value twice")
    return texts


def _check_granted(detail: JsonObject, target: Target) -> None:
    """An unknown type and one that is not granted look the same to the caller."""
    known = [one for one in target.audience.authorization_details if one.type == detail["type"]]
    if len(known) != 1 or detail["type"] not in target.grant.authorization_details:
        raise _not_granted(f"a type of {len(known)} descriptions at audience {target.audience.id}, or without grant")
    _check_members(detail, known[0])


def _check_members(detail: JsonObject, known: DetailType) -> None:
    if missing := [name for name in known.required if name not in detail]:
        raise _invalid(f"{known.type} has no {', '.join(missing)}")
    for name, value in detail.items():
        if name in ("type", LOCATIONS) and name not in known.fields:
            continue
        if name not in known.fields:
            raise _invalid(f"{known.type} has a member that it does not know")
        if not _allowed(values_of(value), known.fields[name]):
            raise _invalid(f"{known.type}.{name} has a value that it may not have")


def _allowed(values: Sequence[str], allowed: Sequence[str]) -> bool:
    """`allowed`: none are all that are short and can be read."""
    if allowed:
        return all(value in allowed for value in values)
    return all(len(value) <= MAX_TEXT and value.isprintable() for value in values)


def _check_locations(detail: JsonObject, targets: Sequence[Target]) -> None:
    resources = {target.audience.resource for target in targets}
    if LOCATIONS in detail and not resources.issuperset(values_of(detail[LOCATIONS])):
        raise _not_granted("locations beyond the targets")


def _narrower(details: Sequence[JsonObject], parents: Sequence[JsonObject]) -> bool:
    """Whether each is within a parent of its own: one payment is not two, though each of them were the same payment."""
    fitting = [[number for number, parent in enumerate(parents) if _within(detail, parent)] for detail in details]
    holders: dict[int, int] = {}
    return all(_placed(detail, fitting, holders, set()) for detail in range(len(details)))


def _placed(detail: int, fitting: Sequence[Sequence[int]], holders: dict[int, int], tried: set[int]) -> bool:
    """Finds the detail a parent, where others move to another one of theirs if need be (an augmenting path)."""
    for parent in fitting[detail]:
        if parent not in tried:
            tried.add(parent)
            if parent not in holders or _placed(holders[parent], fitting, holders, tried):
                holders[parent] = detail
                return True
    return False


def _within(detail: JsonObject, parent: JsonObject) -> bool:
    """The same members, of which none has a value that it had not: what a member more would mean, only targets know."""
    return detail.keys() == parent.keys() and all(
        set(values_of(detail[name])) <= set(values_of(parent[name])) for name in detail
    )


def by_path(details: Sequence[JsonObject]) -> dict[str, dict[str, list[str]]]:
    """Type -> member -> its values in all details of that type, for policies.

    Where one of them has the member and another has not, there is an empty text among the values: a detail that says
    nothing about its purpose must not pass for one that does.
    """
    members: dict[str, dict[str, list[str]]] = {}
    for detail in details:
        members.setdefault(str(detail["type"]), {}).update({name: [] for name in detail if name != "type"})
    for detail in details:
        for name, values in members[str(detail["type"])].items():
            values.extend(_texts(detail, name))
    return {kind: {name: sorted(set(values)) for name, values in found.items()} for kind, found in members.items()}


def _texts(detail: ReadOnly[str, Json], name: str) -> Sequence[str]:
    """Of a detail that was checked; of anything else what can be read."""
    value = detail.get(name, "")
    values = [value] if isinstance(value, str) else value
    return [one for one in values if isinstance(one, str)] if isinstance(values, Sequence) else []


def _not_granted(detail: str) -> InvalidAuthorizationDetails:
    return InvalidAuthorizationDetails(Reason.DETAILS_NOT_GRANTED, detail)


def _invalid(detail: str) -> InvalidAuthorizationDetails:
    return InvalidAuthorizationDetails(Reason.DETAILS_INVALID, detail)
