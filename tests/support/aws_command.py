"""`aws SERVICE OPERATION --options` as a runbook has it, sent to the embedded AWS by boto3."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import boto3


def lines_of(page: str, name: str) -> list[str]:
    """The commands of the block that is called so."""
    (block,) = re.findall(rf"^ *```bash {name}\n(.*?)^ *```", page, re.DOTALL | re.MULTILINE)
    return [line.strip() for line in block.splitlines() if line.strip()]


def words(line: str, variables: Mapping[str, str]) -> list[str]:
    """As a shell splits them, without a comment."""
    filled = re.sub(r"\$(\w+)", lambda name: variables[name[1]], line)
    return shlex.split(filled, comments=True)


def aws(service: str, operation: str, *options: str) -> Any:  # noqa: ANN401 (what AWS answers)
    """Raises what boto3 raises, for an option that the operation does not have too."""
    client = boto3.client(service)  # type: ignore[call-overload]
    if operation == "wait":
        return client.get_waiter(options[0].replace("-", "_")).wait(**dict(_given(options[1:])))
    call: Callable[..., Any] = getattr(client, operation.replace("-", "_"))
    return call(**dict(_given(options)))


def _given(options: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Pairs of a member's name and its value."""
    left = list(options)
    while left:
        name = left.pop(0).removeprefix("--")
        member = "".join(part.capitalize() for part in name.split("-"))
        if not left or left[0].startswith("--"):
            yield member.removeprefix("No"), not member.startswith("No")
            continue
        value = left.pop(0)
        if name not in ("query", "output"):
            yield member, json.loads(value) if value[:1] in "[{" else value
