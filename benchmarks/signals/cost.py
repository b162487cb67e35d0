"""What a record costs the function: its event read, histories read and written by the lean client, all but the wire."""

import json
from io import StringIO
from random import Random
from time import process_time
from typing import Any

from msgspec import Struct, field, to_builtins

from benchmarks.signals.people import population, request
from federation.aws.audit_items import record_item
from federation.aws.lean.answer import HttpAnswer
from federation.aws.lean.services import lean_services
from federation.aws.lean.transport import Pending, Place, Trust
from federation.bootstrap.signals import watch
from federation.local.events import LambdaContext
from federation.model.signals import Signal
from federation.settings import read_settings
from federation.system import SystemClock
from federation.web.authorities import system_trust
from functions.signals import SignalsHandler
from functions.telemetry import Counters, structured_logger

BATCH, BATCHES, WARM = 1000, 6, 2
"""As the event source gives them; the first ones make the histories."""
ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "x" * 40,
    "AWS_SESSION_TOKEN": "x" * 900,
    **{f"FEDERATION_{name}": name.lower() for name in ("TRUST_TABLE", "STATE_TABLE", "AUDIT_TABLE", "SIGNING_KEY")},
    "FEDERATION_ISSUER": "https://federation.example.com",
    "FEDERATION_DOCUMENTS_BUCKET": "documents",
}


class Table(Struct):
    """DynamoDB at the other end of a wire that is not there. `spent`: CPU seconds that are not the function's."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: list[bytes] = field(default_factory=list)
    spent: float = 0.0

    def send(self, head: bytes, body: bytes) -> Pending:
        """Answered at once; what is written is read later, when nothing is measured."""
        if b"BatchGetItem" not in head:
            self.written.append(body)
            return lambda: WRITTEN
        begun = process_time()
        ((table, asked),) = json.loads(body)["RequestItems"].items()
        keys = (key["pk"]["S"] for key in asked["Keys"])
        found = {"Responses": {table: [self.items[key] for key in keys if key in self.items]}}
        answer = HttpAnswer(200, JSON, json.dumps(found).encode())
        self.spent += process_time() - begun
        return lambda: answer

    def settle(self) -> None:
        """What was written is there."""
        requests = [json.loads(body) for body in self.written]
        self.items.update({asked["Item"]["pk"]["S"]: asked["Item"] for asked in requests if "Item" in asked})
        self.written.clear()

    def close(self) -> None:
        """There are no connections."""


JSON = {"content-type": "application/x-amz-json-1.0"}
WRITTEN = HttpAnswer(200, JSON, b"{}")


class _Silent:
    def rang(self, signal: Signal) -> None:
        """Goes nowhere."""


def cost(identities: int = 2000, seed: int = 1) -> float:
    """CPU seconds for each record, of many identities with few requests each: the dearest case."""
    table, random = Table(), Random(seed)
    handler, people = _handler(table), population(random, identities)
    made = 0.0
    for number in range(WARM + BATCHES):
        event = {"Records": [_record(random, people, number * BATCH + place) for place in range(BATCH)]}
        table.spent, begun = 0.0, process_time()
        handler.handle(event, LambdaContext("signals", "r", SystemClock(), 0))
        made += process_time() - begun - table.spent if number >= WARM else 0.0
        table.settle()
    return made / (BATCH * BATCHES)


def _handler(table: Table) -> SignalsHandler:
    def connect(_place: Place, _trust: Trust) -> Table:
        return table

    aws, output = lean_services(ENVIRONMENT, system_trust, connect), StringIO()
    looking = watch(read_settings(ENVIRONMENT), aws, _Silent())
    return SignalsHandler(looking, structured_logger(output), Counters(output))


def _record(random: Random, people: list[Any], number: int) -> dict[str, Any]:
    seen = request(random, random.choice(people))
    when = {"time": f"2027-01-11T00:{number // 3000 % 60:02}:{number // 50 % 60:02}.000+00:00", "jti": f"t{number}"}
    entry = {**to_builtins(seen), **when, "correlation_id": f"c{number}"}
    return {"eventName": "INSERT", "eventID": str(number), "dynamodb": {"NewImage": record_item(entry)}}
