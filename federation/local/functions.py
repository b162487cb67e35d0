"""Runs the functions as Lambda does: each built once from its environment, then called with an event and a context."""

import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import ClassVar, TypeAlias

from msgspec import Struct

from federation.aws.service import AwsServices
from federation.local.embedded_aws import measure_aws
from federation.local.events import Event, LambdaContext
from federation.local.routes import FunctionTarget, Route
from federation.ports import Clock, Identifiers
from federation.value import Redacted
from functions.http import HttpFunction

LAPTOP = "laptop"
"""In the place of the stack's name."""

Handler: TypeAlias = Callable[[Event, LambdaContext], object]


def build_handlers(routes: Sequence[Route], environment: Mapping[str, str], aws: AwsServices) -> dict[str, Handler]:
    """Function name -> handler, for every function that a route names. `aws`: for those that ask AWS themselves."""
    targets = [route.target for route in routes if isinstance(route.target, FunctionTarget)]
    return {target.name: _build(target.module, aws)(environment) for target in targets}


def _build(module: str, aws: AwsServices) -> Callable[[Mapping[str, str]], Handler]:
    build: Callable[[Mapping[str, str]], Handler] = import_module(module).build
    return build.on(aws) if isinstance(build, HttpFunction) else build


class Runtime(Redacted, Struct, frozen=True):
    """Calls handlers."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"identifiers"})

    handlers: Mapping[str, Handler]
    clock: Clock
    identifiers: Identifiers

    def invoke(self, target: FunctionTarget, event: Event) -> object:
        """What the function returned; whatever it raised is raised."""
        context = LambdaContext(
            function_name=target.name,
            aws_request_id=self.identifiers.new(),
            clock=self.clock,
            deadline=self.clock.now() + target.timeout,
            memory_limit_in_mb=target.memory,
        )
        name = function_name(target.name)
        measure_aws("AWS/Lambda", "Invocations", "FunctionName", name)
        try:
            return self.handlers[target.name](event, context)
        except Exception:
            measure_aws("AWS/Lambda", "Errors", "FunctionName", name)
            raise


def function_name(logical_id: str) -> str:
    """What a deployment of this laptop's name calls the function: `TokenFunction` is `laptop-token`."""
    return f"{LAPTOP}-{kebab(logical_id.removesuffix('Function'))}"


def kebab(name: str) -> str:
    """`RefreshKeys` is `refresh-keys`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
