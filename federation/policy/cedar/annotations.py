"""Annotations are obligations: `@max_ttl("60s") @max_scopes("3") @require_proof("dpop") @require_approval("...")`.

An annotation without effect is refused: who writes `@max_tll` believes in a limit that is not there.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly

from federation.model.document_values import seconds
from federation.model.nearest import close_names
from federation.model.policy import Obligations, strictest
from federation.policy.cedar.rules import Effect

MAX_APPROVAL = 256
"""Characters of what an approver is asked."""
_COUNT = re.compile(r"[1-9][0-9]{0,2}")


def read_obligations(effect: Effect, annotations: ReadOnly[str, str | None]) -> Obligations:
    """All of a policy's obligations; raises AnnotationProblem."""
    return strictest(*(_read(effect, name, value or "") for name, value in annotations.items()))


class AnnotationProblem(Exception):
    """An annotation that means nothing here."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


def _read(effect: Effect, name: str, value: str) -> Obligations:
    if name not in _KNOWN:
        raise AnnotationProblem(name, _unknown(name))
    if effect == "forbid":
        raise AnnotationProblem(name, f"@{name} is an obligation of those who are permitted; a forbid has none")
    try:
        return _KNOWN[name](value)
    except ValueError as error:
        raise AnnotationProblem(name, f"@{name}: {error}") from error


def _unknown(name: str) -> str:
    if name == "id":
        return "a policy is named by its document; leave @id out"
    near = close_names(name, _KNOWN)
    known = f"do you mean @{near[0]}?" if near else f"there are {', '.join(f'@{one}' for one in _KNOWN)}"
    return f"@{name} is unknown; {known}"


def _max_ttl(value: str) -> Obligations:
    return Obligations(max_ttl=seconds(value))


def _max_scopes(value: str) -> Obligations:
    if not _COUNT.fullmatch(value):
        raise ValueError("write a whole number from 1 to 999")
    return Obligations(max_scopes=int(value))


def _require_proof(value: str) -> Obligations:
    if value not in {"dpop", "mtls"}:
        raise ValueError("write dpop or mtls")
    return Obligations(require_proof=(value,))


def _require_approval(value: str) -> Obligations:
    if not value.strip() or len(value) > MAX_APPROVAL or not value.isprintable():
        raise ValueError(f"say what is to be approved, in at most {MAX_APPROVAL} printable characters")
    return Obligations(require_approval=(value,))


_KNOWN: dict[str, Callable[[str], Obligations]] = {
    "max_ttl": _max_ttl,
    "max_scopes": _max_scopes,
    "require_proof": _require_proof,
    "require_approval": _require_approval,
}
