"""All operations: a new resource is added to those that are given here, and nowhere else."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from federation.admin_api.openapi import OpenApi
from federation.admin_api.operation import Operation


class Resource(Protocol):
    """A table of operations."""

    def operations(self) -> Iterator[Operation]:
        """Its rows."""
        ...


def table_of(issuer: str, resources: Sequence[Resource]) -> list[Operation]:
    """Every row, and that of the document that describes them. `issuer`: our URL."""
    operations: list[Operation] = []
    described = OpenApi(issuer, lambda: operations)
    operations += [operation for resource in (*resources, described) for operation in resource.operations()]
    return operations
