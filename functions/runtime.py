"""What the Lambda runtime asks of a function's module: an attribute `handler`, resolved once while it starts."""

import gc
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias


class Context(Protocol):
    """What the functions ask of an invocation."""

    @property
    def aws_request_id(self) -> str:
        """Lambda's name for the invocation."""
        ...


Handler: TypeAlias = Callable[[object, Context], object]
Build: TypeAlias = Callable[[Mapping[str, str]], Handler]


def built_on_access(build: Build) -> Callable[[str], Handler]:
    """A module's `__getattr__` (PEP 562) that builds `handler` from the process's environment.

    The runtime asks for it while it starts, so what is slow is paid for before the first request; importing the
    module builds nothing.
    """

    def attribute(name: str) -> Handler:
        if name != "handler":
            raise AttributeError(name)
        handler = encodable(build(os.environ))
        _started()
        return handler

    return attribute


def _started() -> None:
    """Garbage is looked for from here on (`functions/__init__.py`), and not among what the start has made."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def encodable(handler: Handler) -> Handler:
    """The same, with answers that can be sent: a text that UTF-8 cannot hold ends the runtime (awslambdaric 4.2)."""
    return lambda event, context: _escaped(handler(event, context))


def _escaped(value: object) -> object:
    """Lone surrogates as people write them; anything else as it is."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_escaped(name): _escaped(member) for name, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_escaped(member) for member in value]
    return value
