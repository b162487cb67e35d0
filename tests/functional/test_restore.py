"""docs/runbooks/restore.md, rehearsed: trust comes back and forward, and nothing that was spent or revoked comes back.

The embedded AWS keeps no past: what a table said at a moment is restored at that moment.
"""

import importlib.util
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from federation.bootstrap.admin import trust_editor, trust_replay
from federation.local.admin_token import request_admin_token
from federation.model.trust import DocumentRef, Kind
from federation.system import SystemClock
from functions.apply import ApplyHandler
from functions.telemetry import structured_logger
from tests.support.aws_command import aws, lines_of, words
from tests.support.cli_runs import Admin
from tests.support.lambda_events import Invocation
from tests.support.tenants_laptop import LEDGER, Laptop, tenants_laptop

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "runbooks" / "restore.md").read_text(encoding="utf-8")
COPY = ROOT / "examples" / "restore" / "copy_table.py"


@pytest.fixture
def laptop() -> Iterator[Laptop]:
    with tenants_laptop() as laptop:
        yield laptop


class Operator:
    """Runs the page's blocks by their names."""

    def __init__(self, laptop: Laptop, folder: Path) -> None:
        settings = laptop.local.settings
        self._laptop, self._folder = laptop, folder
        self._names = {
            "TRUST_TABLE": settings.trust_table,
            "AUDIT_TABLE": settings.audit_table,
            "SINCE": datetime.now(UTC).isoformat(timespec="seconds"),
            "STACK": "laptop",
        }
        self.come_in(laptop.admin_token)

    def come_in(self, token: str) -> None:
        (self._folder / "credential").write_text(token)

    def run(self, block: str, begin: int = 0, end: int | None = None) -> list[Any]:
        """What each command says."""
        return [self._run(words(line, self._names)) for line in lines_of(PAGE, block)[begin:end]]

    def _run(self, command: list[str]) -> Any:  # noqa: ANN401
        match command:
            case ["aws", "lambda", "invoke", *options]:
                return self._apply(json.loads(options[options.index("--payload") + 1]))
            case ["aws", service, operation, *options]:
                return aws(service, operation, *options)
            case ["python", "examples/restore/copy_table.py", *arguments]:
                tables = [one for one in arguments if one != "--add-missing"]
                return program().copy(boto3.client("dynamodb"), *tables, add_missing="--add-missing" in arguments)
            case ["fedbridge", "login", "&&", *further]:
                return self._run(further)
            case ["fedbridge", *arguments]:
                result = Admin(self._laptop.local.url, self._folder).run(*arguments)
                assert result.exit_code == 0, (arguments, result.output)
                return result.stdout
        raise AssertionError(command)

    def _apply(self, payload: Any) -> dict[str, object]:  # noqa: ANN401
        settings = self._laptop.local.settings
        logger = structured_logger(io.StringIO())
        handler = ApplyHandler(
            trust_editor(settings), trust_replay(settings), logger, SystemClock(), own_issuer=settings.issuer
        )
        return handler.handle(payload, Invocation())


def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("copy_table", COPY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def items(table: str) -> dict[str, Any]:
    found = boto3.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    return {json.dumps([one["pk"]["S"], one.get("sk", {}).get("S")]): one for one in found}


def erase(table: str, names: tuple[str, ...] = ("pk",)) -> None:
    for item in items(table).values():
        boto3.client("dynamodb").delete_item(TableName=table, Key={name: item[name] for name in names})


def edited(laptop: Laptop, path: str, **changes: object) -> None:
    document = laptop.admin("GET", path).members["document"]
    assert laptop.admin("POST", "/apply", {"documents": [{**document, **changes}]}).status == 200


def test_trust_comes_back_and_forward_and_nothing_spent_or_revoked_comes_back(laptop: Laptop, tmp_path: Path) -> None:
    settings = laptop.local.settings
    edited(laptop, "/issuers/acme", single_use=True)
    operator = Operator(laptop, tmp_path)
    operator.run("trust", end=1)
    # what happened since, and must not be undone
    edited(laptop, "/mappings/acme-worker", enabled=False)
    added = {"kind": "Audience", "id": "later", "scopes": ["read"]}
    assert laptop.admin("POST", "/apply", {"documents": [added]}).status == 200
    spent, boss = laptop.token("clerk"), laptop.as_admin("boss")
    assert laptop.exchange(token=spent).status == 200
    assert laptop.exchange(token=spent).members["error_description"].startswith("token_replayed")
    recorded = items(settings.audit_table)
    # the damage
    erase(settings.trust_table, ("pk", "sk"))
    erase(settings.state_table)
    # the page
    operator.run("trust", begin=1)
    (answer,) = operator.run("replay")
    assert sorted(answer["replayed"]) == ["Audience later version 1", "Mapping acme-worker version 2"]
    assert answer["missing"] == []
    assert operator.run("replay") == [{"replayed": [], "missing": []}]
    assert items(settings.audit_table) == recorded
    laptop.local.forget([DocumentRef(Kind.MAPPING, "acme-worker")])
    operator.run("revoke")
    assert laptop.exchange(token=spent).members["error_description"].startswith("token_revoked")
    assert laptop.admin("GET", "/approvals", token=boss).status == 401
    operator.come_in(request_admin_token(laptop.local.url, laptop.admin_key))
    assert laptop.exchange("worker").members["error_description"].startswith("no_mapping")
    assert laptop.exchange("clerk").status == 200
    operator.run("keys")
    assert "whole" in operator.run("over", begin=1)[0]


def test_records_that_were_lost_are_put_back_and_no_other_is_touched(laptop: Laptop, tmp_path: Path) -> None:
    table = laptop.local.settings.audit_table
    assert laptop.exchange("clerk", LEDGER).status == 200
    operator = Operator(laptop, tmp_path)
    operator.run("audit", end=1)
    before = items(table)
    lost, kept = next(iter(before.values())), list(before.values())[-1]
    boto3.client("dynamodb").delete_item(TableName=table, Key={"pk": lost["pk"]})
    changed = {**kept, "outcome": {"S": "discarded"}}
    boto3.client("dynamodb").put_item(TableName=table, Item=changed)
    assert operator.run("audit", begin=1) == [(1, 0)]
    assert items(table) == {**before, json.dumps([kept["pk"]["S"], None]): changed}


def test_the_state_table_has_no_past_and_a_copy_of_it_is_refused(laptop: Laptop) -> None:
    settings = laptop.local.settings
    assert laptop.admin("POST", "/revocations", {"mapping": "acme-clerk", "reason": "drill"}).status == 201
    before = items(settings.state_table).keys()
    aws("dynamodb", "restore-table-to-point-in-time", "--source-table-name", settings.state_table,
        "--target-table-name", "old-state", "--use-latest-restorable-time")  # fmt: skip
    with pytest.raises(ValueError, match="good again"):
        program().copy(boto3.client("dynamodb"), "old-state", settings.state_table)
    assert items(settings.state_table).keys() >= before
