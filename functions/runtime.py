"""What the Lambda runtime asks of a function's module: an attribute `handler`, resolved once while it starts."""

import os
from collections.abc import Callable, Mapping
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
        return build(os.environ)

    return attribute
