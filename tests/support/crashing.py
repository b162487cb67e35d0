"""A process that dies at its nth call of anything outside, before the call has an effect or after."""

from dataclasses import dataclass
from typing import Any


class Crash(BaseException):
    """Nobody catches it: the process is gone."""


@dataclass
class CrashPlan:
    """`at`: the call, from 0; beyond the last one, nothing happens."""

    at: int
    after: bool
    calls: int = 0

    def around(self, port: Any) -> Any:  # noqa: ANN401 (any port)
        return _Crashing(port, self)


class _Crashing:
    def __init__(self, port: object, plan: CrashPlan) -> None:
        self._port = port
        self._plan = plan

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the port has)
        method = getattr(self._port, name)

        def call(*arguments: object, **named: object) -> object:
            number, self._plan.calls = self._plan.calls, self._plan.calls + 1
            if number == self._plan.at and not self._plan.after:
                raise Crash
            answer = method(*arguments, **named)
            if number == self._plan.at:
                raise Crash
            return answer

        return call
