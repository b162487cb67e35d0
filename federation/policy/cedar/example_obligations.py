"""What an example says that a permission is tied to: `obligations: {max_ttl: 60s, require_approval: [An invoice.]}`."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as ReadOnly

from federation.model.json import Json
from federation.model.policy import Decision
from federation.policy.cedar.example_values import BadExample, Part, count_or_null, duration_or_null, texts

_READERS: dict[str, Callable[[Json], object]] = {
    "max_ttl": duration_or_null,
    "max_scopes": count_or_null,
    "require_proof": texts,
    "require_approval": texts,
}


def differing_obligations(example: Json, decision: Decision) -> Iterator[tuple[str, str]]:
    """(key, message) of each that is another; what the example leaves out may be anything. Raises BadExample."""
    if not isinstance(example, ReadOnly) or "obligations" not in example:
        return
    part = Part(example["obligations"], "obligations.", tuple(_READERS))
    if not decision.allowed:
        raise BadExample("obligations", "who is denied is obliged to nothing; leave it out")
    for name, read in _READERS.items():
        found = getattr(decision.obligations, name)
        wanted = part.required(name, read) if name in part else found
        if wanted != found:
            yield f"obligations.{name}", f"expected {_shown(wanted)}, got {_shown(found)}"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "nothing" if isinstance(value, tuple) else str(value or "nothing")
