"""`make cost`: what a million exchanges cost, modelled: counted calls and their sizes times a price table.

Counted in process, on embedded AWS, by the token function's own handler. Prices: `federation.model.prices`.
"""

import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.aws_process import BRIDGE
from benchmarks.trust import IDP, write_trust
from benchmarks.world import RATES, Invocation, exchange_event
from federation.aws.service import Answer, AwsServices, DynamoDb, Kms, Service, Started
from federation.local.embedded_aws import EmbeddedAws
from federation.local.embedded_services import embedded_services
from federation.local.issuers.loopback import generate_key
from federation.model.prices import (
    ACCESS_LINE,
    API,
    GIB_SECOND,
    LAMBDA_GIB,
    LAMBDA_LINES,
    LAMBDA_SECONDS,
    LOG_GB,
    READ,
    REQUEST,
    SIGN,
    TRACE,
    TRACED,
    WRITE,
)
from federation.settings import read_settings
from functions import token

WARM_UP, EXCHANGES = 3, 5
WRITE_UNIT, READ_UNIT = 1024, 4096
"""Bytes."""
INDEXED = ("pk", "recent", "expires_at", "issued_at", "jti", "revocation_keys", "status_idx")
"""Of the audit table's one index."""
MUST = 6.0


class Counted(Struct, frozen=True):
    """Of one warm exchange, on average."""

    calls: Mapping[str, float]
    write_units: float
    read_units: float
    log_bytes: float


class Line(Struct, frozen=True):
    """Dollars a million."""

    what: str
    price: float


class Noted:
    """A Service that notes what it is asked."""

    def __init__(self, inner: Service) -> None:
        self._inner = inner
        self.asked: list[tuple[str, Answer]] = []

    def start(self, operation: str, request: Answer) -> Started:
        """As the service."""
        self.asked.append((operation, request))
        return self._inner.start(operation, request)


def counted(algorithm: str = "RS256", **parameters: str) -> Counted:
    """Of the same identity, after its first exchanges; leases, which last a second, are left out."""
    with EmbeddedAws(os.environ, algorithm) as settings, redirect_stdout(StringIO()) as log:
        named = {**settings, **RATES, "FEDERATION_ISSUER": BRIDGE}
        key, client = generate_key("idp-1", "RS256"), generate_key("client-1", "ES256")
        write_trust(read_settings(named), key, client)
        services = embedded_services()
        dynamodb, kms = Noted(services.dynamodb.service), Noted(services.kms.service)
        handler: Any = token.build.on(AwsServices(DynamoDb(dynamodb), Kms(kms)))(named)
        now = int(time.time())
        claims: dict[str, Any] = {"iss": IDP, "aud": BRIDGE, "sub": "worker", "iat": now, "exp": now + 3600, "jti": "j"}
        presented = key.sign(claims)
        for number in range(WARM_UP + EXCHANGES):
            if number == WARM_UP:
                dynamodb.asked.clear()
                kms.asked.clear()
                written = log.tell()
            answer = handler(exchange_event(presented, f"cost-{number}", **parameters), Invocation())
            if answer["statusCode"] != 200:  # noqa: PLR2004
                raise RuntimeError(answer["body"])
        return _counted([*dynamodb.asked, *kms.asked], log.tell() - written)


def _counted(asked: list[tuple[str, Answer]], log_bytes: int) -> Counted:
    asked = [one for one in asked if one[0] != "UpdateItem"]
    names = {name for name, _ in asked}
    return Counted(
        {name: sum(one == name for one, _ in asked) / EXCHANGES for name in sorted(names)},
        sum(_write_units(*one) for one in asked) / EXCHANGES,
        sum(_read_units(*one) for one in asked) / EXCHANGES,
        log_bytes / EXCHANGES,
    )


def _write_units(operation: str, request: Answer) -> float:
    """The item, and what its index holds of it; in a transaction each twice."""
    if operation == "PutItem":
        item = request["Item"]
        return _units(item, WRITE_UNIT) + _units({name: item[name] for name in INDEXED if name in item}, WRITE_UNIT)
    if operation == "TransactWriteItems":
        return sum(2 * _write_units("PutItem", one["Put"]) for one in request["TransactItems"] if "Put" in one)
    return 0


def _read_units(operation: str, request: Answer) -> float:
    """Strongly consistent, of items that are smaller than a unit; one that is not there is read as well."""
    tables = request.get("RequestItems", {}).values() if operation == "BatchGetItem" else ()
    return sum(len(one["Keys"]) for one in tables)


def _units(item: Mapping[str, Any], unit: int) -> int:
    return math.ceil(sum(len(name) + _size(value) for name, value in item.items()) / unit)


def _size(value: Mapping[str, Any]) -> int:
    """Developer guide: "DynamoDB item sizes and formats"."""
    ((kind, held),) = value.items()
    if kind == "SS":
        return sum(len(one.encode()) for one in held)
    return len(held) // 2 + 2 if kind == "N" else len(held.encode())


def calls_of(one: Counted, algorithm: str = "RS256") -> Iterator[Line]:
    """What the exchange itself asks of AWS."""
    yield Line(f"KMS Sign, {algorithm}", SIGN[algorithm] * one.calls["Sign"])
    yield Line(f"DynamoDB, {one.write_units:.1f} write units", WRITE * one.write_units)
    yield Line(f"DynamoDB, {one.read_units:.1f} read units", READ * one.read_units)


def around(one: Counted) -> Iterator[Line]:
    """What carries it."""
    yield Line("API Gateway, HTTP API", API)
    yield Line("Lambda, requests", REQUEST)
    lasting = f"Lambda, {LAMBDA_SECONDS * 1000:.0f} ms of {LAMBDA_GIB} GiB"
    yield Line(lasting, GIB_SECOND * LAMBDA_SECONDS * LAMBDA_GIB * 1e6)
    size = one.log_bytes + LAMBDA_LINES + ACCESS_LINE
    yield Line(f"CloudWatch Logs, {size:.0f} bytes", LOG_GB * size / 1e3)
    yield Line("X-Ray", TRACE * TRACED)


CHOICES = (
    ("ES256 instead of RS256", SIGN["ES256"] - SIGN["RS256"]),
    ("a one-time subject token or DPoP proof: a transaction, and an item", WRITE * (3 + 2)),
    ("a token that can be introspected alone (opaque): an item", WRITE * 2),
    ("TokenStart: provisioned, two processes, at ten exchanges a second", 0.0000041667 * 2 * LAMBDA_GIB / 10 * 1e6),
)
"""What each adds, in dollars a million."""


def total(lines: Iterator[Line]) -> float:
    """Dollars a million."""
    return sum(line.price for line in lines)


def main() -> None:
    """Print."""
    one = counted()
    table = Table(title="A million warm exchanges, modelled", title_justify="left")
    table.add_column("what")
    table.add_column("dollars", justify="right")
    for line in calls_of(one):
        table.add_row(line.what, f"{line.price:.2f}")
    table.add_row(f"the calls of the exchange (must: {MUST:.2f})", f"{total(calls_of(one)):.2f}", style="bold")
    for line in around(one):
        table.add_row(line.what, f"{line.price:.2f}")
    table.add_row("all of it", f"{total(calls_of(one)) + total(around(one)):.2f}", style="bold")
    for what, price in CHOICES:
        table.add_row(f"adds: {what}", f"+{price:.2f}")
    console = Console()
    console.print(table)
    console.print(f"calls: {json.dumps(one.calls)}")


if __name__ == "__main__":
    main()
