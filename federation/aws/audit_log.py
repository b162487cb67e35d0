"""AuditLog and ApprovalLog on a Powertools Logger: CloudWatch keeps the lines.

They are records and no messages. Powertools, Python and Lambda itself each drop what is below a level that an operator
sets, so records have the highest: there is one on every path, whatever is set (ATTACKS P1).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from federation.model.json import Json, JsonObject

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


class PowertoolsApprovalLog:
    """One JSON line for each decision or try, under `approval`."""

    def __init__(self, logger: "Logger") -> None:
        self._logger = logger

    def decided(self, entry: JsonObject) -> None:
        """Whatever an admin put into the reason stays within the line."""
        self._logger.critical("decided", approval=_printable(entry))


class PowertoolsAuditLog:
    """One JSON line per refusal, under `refusal`, so that no member can pass for one of the logger's own."""

    def __init__(self, logger: "Logger") -> None:
        self._logger = logger

    def refused(self, entry: JsonObject) -> None:
        """Whatever a caller put into a field stays within the line (ATTACKS P2)."""
        self._logger.critical("refused", refusal=_printable(entry))


def _printable(value: Json) -> Json:
    """Characters that a terminal, a log reader or an encoder could stumble over, written as escapes."""
    if isinstance(value, str):
        return value if value.isprintable() else "".join(map(_escaped, value))
    if isinstance(value, Mapping):
        return {str(_printable(name)): _printable(member) for name, member in value.items()}
    if isinstance(value, Sequence):
        return [_printable(member) for member in value]
    return value


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
