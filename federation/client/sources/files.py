"""Identities that their owner names: `file:PATH`, `env:VARIABLE`, `command:PROGRAM ...`, `mtls:CERT,KEY`."""

from pathlib import Path

from federation.client.errors import BrokenSource
from federation.client.identity import MTLS, Subject
from federation.client.sources.reading import clean, current, output_of, read_file, split
from federation.client.sources.source import Asked, Place, Surroundings, always
from federation.oauth.identifiers import TokenType

VARIABLE = "FEDBRIDGE_SUBJECT_TOKEN"
_NAMED = "it is used where it is named"


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


def _mtls(asked: Asked) -> Subject:
    certificate, comma, key = asked.argument.partition(",")
    if not comma or not certificate or not key:
        raise BrokenSource("mtls", "it needs two files", "write mtls:CERTIFICATE,KEY")
    for path in (certificate, key):
        if not Path(path).is_file():
            raise BrokenSource("mtls", f"{path} cannot be read", "see its name and its rights")
    return Subject(MTLS, TokenType.MTLS, (certificate, key))


FILE = Place("file", always(_NAMED), _file, "PATH", argument_required=True)
ENV = Place("env", _env_absent, _env, "VARIABLE")
COMMAND = Place("command", always(_NAMED), _command, "PROGRAM ...", argument_required=True)
MTLS_PLACE = Place("mtls", always(_NAMED), _mtls, "CERTIFICATE,KEY", argument_required=True)
