"""Tokens that their owner names: `file:PATH`, `env:VARIABLE`, `command:PROGRAM ...`."""

from pathlib import Path

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.reading import clean, current, output_of, read_file, split
from federation.client.sources.source import NAMED, Asked, Place, Surroundings, always

VARIABLE = "FEDBRIDGE_SUBJECT_TOKEN"


def _file(asked: Asked) -> Subject:
    return Subject(read_file(Path(asked.argument), "file"))


def _env_absent(around: Surroundings) -> str | None:
    return None if around.has(VARIABLE) else f"{VARIABLE} is not set"


def _env(asked: Asked) -> Subject:
    name = asked.argument or VARIABLE
    if not asked.around.has(name):
        raise BrokenSource("env", f"the variable {name} is not set", "set it, or name another source")
    where = f"the variable {name}"
    return Subject(current(clean(asked.variable(name), "env", where), "env", where))


def _command(asked: Asked) -> Subject:
    return Subject(output_of(split(asked.argument, "command"), "command"))


FILE = Place("file", always(NAMED), _file, "PATH", argument_required=True)
ENV = Place("env", _env_absent, _env, "VARIABLE")
COMMAND = Place("command", always(NAMED), _command, "PROGRAM ...", argument_required=True)
