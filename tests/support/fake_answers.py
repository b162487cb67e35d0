"""Answers to named actions, in memory."""

from dataclasses import dataclass, field
from threading import Lock

from federation.ports import Clock, RememberedAnswer, StillRunning, UnlikeRequest

KEPT, RUNNING = 24 * 60 * 60, 60


@dataclass
class _Named:
    digest: str
    began: float
    answer: RememberedAnswer | None = None


@dataclass
class FakeAnswers:
    """RememberedAnswers."""

    clock: Clock
    named: dict[tuple[str, ...], _Named] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def begin(self, key: tuple[str, ...], digest: str) -> RememberedAnswer | None:
        with self.lock:
            there = self.named.get(key)
            age = self.clock.now() - there.began if there else KEPT
            if there is None or age > KEPT or (there.answer is None and age > RUNNING):
                self.named[key] = _Named(digest, self.clock.now())
                return None
            if there.digest != digest:
                raise UnlikeRequest
            if there.answer is None:
                raise StillRunning
            return there.answer

    def finish(self, key: tuple[str, ...], answer: RememberedAnswer) -> None:
        with self.lock:
            self.named[key].answer = answer

    def forget(self, key: tuple[str, ...]) -> None:
        with self.lock:
            self.named.pop(key, None)
