"""A Service that answers as it was told, and keeps what it was asked."""

from functools import partial

from federation.aws.service import Answer, Started


class ScriptedService:
    """`asked`: (operation, request) of every call. One more than there are answers is an error of the test."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, Answer]] = []

    def start(self, operation: str, request: Answer) -> Started:
        self.asked.append((operation, request))
        return partial(self._answers.pop, 0)
