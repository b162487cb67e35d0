"""The targets by name. Each is a module with SEEDS, and a `check` that raises for what must never happen."""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

NAMES = (
    *("token", "claims", "form", "aws_request", "xml", "cedar"),
    *("documents", "certificate", "status_list", "bits", "service"),
)
CORPUS = Path(__file__).with_name("corpus")
"""A folder for each target: inputs that reached code which no smaller one reached."""


class Target(Protocol):
    """What a module of targets/ has."""

    SEEDS: tuple[bytes, ...]
    """Good inputs."""

    def check(self, data: bytes) -> None:
        """Raises whatever its parser raised that is no typed refusal, and Accepted."""
        ...


def target(name: str) -> Target:
    """Its module; importing it is what atheris instruments."""
    return cast("Target", import_module(f"tests.fuzz.targets.{name}"))


def kept(name: str) -> list[bytes]:
    """The kept inputs of a target."""
    return [file.read_bytes() for file in sorted((CORPUS / name).glob("*"))]
