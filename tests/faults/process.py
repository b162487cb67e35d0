"""The functions in a process of their own, which is killed, frozen and thawed as Lambda's processes are."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any

from federation.local.events import LambdaContext
from federation.system import SystemClock
from functions import introspect, revoke, token

FUNCTIONS = {"/token": token, "/introspect": introspect, "/revoke": revoke}
HANGS = 25
"""Seconds until Lambda would have ended the function."""


class Died(Exception):
    """The process ended before it answered."""


class Escaped(AssertionError):
    """What a function raised: each of them answers whatever happens."""


class FunctionsProcess:
    """One process with all functions. It begins when it is first asked, and anew after it died."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._running: subprocess.Popen[str] | None = None

    def ask(self, path: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """The function's answer; raises Died and Escaped."""
        told = self._say({"path": path, "event": event})
        if "raised" in told:
            raise Escaped(told["raised"])
        answer: Mapping[str, Any] = told["answer"]
        return answer

    def start_anew(self) -> None:
        """Every function's next call is its first."""
        self._say({"path": ""})

    def kill(self) -> None:
        """It hears nothing of it."""
        self._last().kill()
        self._last().wait()

    def freeze(self) -> None:
        """It computes nothing until `thaw`, and its connections stay."""
        self._last().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on; its clock has moved meanwhile."""
        self._last().send_signal(signal.SIGCONT)

    def end(self) -> None:
        """For good."""
        if self._running is None:
            return
        self.kill()
        for pipe in (self._running.stdin, self._running.stdout):
            with suppress(BrokenPipeError):  # what it was not told is still to be written
                _pipe(pipe).close()

    def _last(self) -> "subprocess.Popen[str]":
        """The one that runs, or did last."""
        if self._running is None:
            raise LookupError("no function runs")
        return self._running

    def _started(self) -> "subprocess.Popen[str]":
        """The one that runs, or another."""
        if self._running is None or self._running.poll() is not None:
            self.end()
            self._running = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=self._environment,
            )
        return self._running

    def _say(self, said: Mapping[str, Any]) -> dict[str, Any]:
        process = self._started()
        try:
            _pipe(process.stdin).write(json.dumps(said) + "\n")
            _pipe(process.stdin).flush()
        except BrokenPipeError as error:
            raise Died from error
        line = _pipe(process.stdout).readline()
        if not line:
            process.wait()
            raise Died
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def functions_process(environment: Mapping[str, str]) -> Iterator[FunctionsProcess]:
    """With this environment beside our own."""
    process = FunctionsProcess(environment)
    try:
        yield process
    finally:
        process.end()


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end


def _serve(asked: Iterator[str], answers: IO[str]) -> None:
    handlers: dict[str, Any] = {}
    for line in asked:
        said = json.loads(line)
        answers.write(json.dumps(_answered(handlers, said)) + "\n")
        answers.flush()


def _answered(handlers: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    path = said["path"]
    if not path:
        handlers.clear()
        return {}
    try:
        if path not in handlers:
            handlers[path] = FUNCTIONS[path].build(os.environ)
        return {"answer": handlers[path](said["event"], _context())}
    except Exception as error:  # noqa: BLE001 (the other process judges it)
        return {"raised": f"{type(error).__name__}: {error}"}


def _context() -> LambdaContext:
    clock = SystemClock()
    return LambdaContext("token", secrets.token_hex(8), clock, clock.now() + HANGS, 512)


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as own:
        os.dup2(2, 1)  # what a function prints is not an answer
        _serve(sys.stdin, own)
