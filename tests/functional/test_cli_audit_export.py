"""The trail as files: what DuckDB and a SIEM read is what happened, however often and however the export ends."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import jwt
import pytest

from federation.cli.audit_files import COLUMNS
from federation.insight.ocsf import ocsf_event
from tests.support.cli_runs import Admin
from tests.support.tenants_laptop import LEDGER, Laptop
from tests.support.trail_records import REFUSED


def issue(laptop: Laptop) -> str:
    token = laptop.exchange("worker", LEDGER, scope="ledger:read").members["access_token"]
    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def today() -> str:
    return datetime.fromtimestamp(time.time(), UTC).date().isoformat()


def asked(query: str, place: str) -> list[Any]:
    with duckdb.connect() as session:
        return session.execute(query, [place]).fetchall()


def test_duckdb_reads_the_days_as_partitions(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    issued = {issue(laptop) for _ in range(3)}
    lake = tmp_path / "it's a lake"
    result = auditor.run("audit", "export", "--parquet", lake, "--since", "2d", "--json")
    assert result.exit_code == 0, result.output
    days = json.loads(result.stdout)["days"]
    assert [day["records"] > 0 for day in days] == [False, False, True]
    place = str(lake / "*" / "*.parquet")
    rows = asked("SELECT jti, day, scope, record FROM read_parquet(?, hive_partitioning = true)", place)
    found = {jti: (str(day), scope, json.loads(record)) for jti, day, scope, record in rows}
    assert issued <= set(found)
    for jti in issued:
        day, scope, record = found[jti]
        assert (day, scope, record["jti"]) == (today(), ["ledger:read"], jti)
    assert asked("SELECT DISTINCT typeof(time), typeof(scope) FROM read_parquet(?)", place) == [
        ("TIMESTAMP", "VARCHAR[]")
    ]


def test_every_event_of_a_siem_is_one_of_the_trail(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    jti = issue(laptop)
    assert auditor.run("audit", "export", "--ocsf", tmp_path / "siem", "--since", "1h").exit_code == 0
    lines = (tmp_path / "siem" / f"day={today()}" / "events.jsonl").read_text().splitlines()
    events = {one["metadata"]["uid"]: one for one in map(json.loads, lines)}
    record = json.loads(auditor.run("audit", "search", "--jti", jti, "--json").stdout)["items"][0]
    assert events[jti] == json.loads(json.dumps(ocsf_event(record)))
    assert {one["class_uid"] for one in events.values()} == {3002, 6003}
    assert "eyJ" not in "".join(lines)


def test_a_day_that_is_over_is_asked_for_once_and_today_again(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    first = auditor.run("audit", "export", "--ocsf", tmp_path, "--since", "2d")
    assert first.exit_code == 0, first.output
    over = min(tmp_path.iterdir()) / "events.jsonl"
    over.write_text("kept\n")
    jti = issue(laptop)
    again = json.loads(auditor.run("audit", "export", "--ocsf", tmp_path, "--since", "2d", "--json").stdout)["days"]
    assert over.read_text() == "kept\n"
    assert (again[0]["kept"], again[0]["records"]) == ([str(over)], None)
    assert jti in (tmp_path / f"day={today()}" / "events.jsonl").read_text()


def test_refusals_come_from_the_functions_log(auditor: Admin, tmp_path: Path) -> None:
    log = tmp_path / "function.log"
    refusal = {**REFUSED, "time": f"{today()}T00:00:01.000+00:00"}
    log.write_text(f'START\n{{"message":"refused","refusal":{json.dumps(refusal)}}}\n{{"refusal": 7}}\n{{"refusal"\n')
    assert auditor.run("audit", "export", "--ocsf", tmp_path / "o", "--since", "1h", "--log", log).exit_code == 0
    lines = (tmp_path / "o" / f"day={today()}" / "events.jsonl").read_text().splitlines()
    assert [one for one in map(json.loads, lines) if one["status_id"] == 2] == [ocsf_event(refusal)]


def test_an_export_that_ends_early_leaves_no_half_file(auditor: Admin, tmp_path: Path) -> None:
    ended = auditor.run("audit", "export", "--ocsf", tmp_path / "o", "--since", "1h", FEDBRIDGE_TOKEN_FILE="/nowhere")
    assert ended.exit_code == 1
    assert not list((tmp_path / "o").rglob("events.jsonl"))
    assert auditor.run("audit", "export", "--ocsf", tmp_path / "o", "--since", "1h").exit_code == 0
    assert [file.name for file in (tmp_path / "o").rglob("*") if file.is_file()] == ["events.jsonl"]


@pytest.mark.parametrize("options", [(), ("--ocsf", "o", "--since", "yesterday"), ("--parquet", "p", "--until", "9x")])
def test_what_is_unclear_is_refused(auditor: Admin, options: tuple[str, ...]) -> None:
    assert auditor.run("audit", "export", *options).exit_code == 2


def test_the_questions_of_the_page_are_answered(laptop: Laptop, auditor: Admin, tmp_path: Path) -> None:
    issue(laptop)
    assert auditor.run("audit", "export", "--parquet", tmp_path / "lake", "--since", "1h").exit_code == 0
    page = (Path(__file__).parents[2] / "docs" / "siem.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    asking = block.replace("'lake/", f"'{tmp_path}/lake/")
    with duckdb.connect() as session:
        found = [session.execute(query).fetchall() for query in asking.split(";") if query.strip()]
    assert [bool(rows) for rows in found] == [True, True]
    table = page.split("CREATE EXTERNAL TABLE")[1].split("PARTITIONED BY")[0]
    named = dict(re.findall(r"(\w+) (timestamp|string|bigint|array<string>)", table))
    assert {name: ATHENA[kind] for name, kind in COLUMNS.items()} == named


ATHENA = {"TIMESTAMP": "timestamp", "VARCHAR": "string", "VARCHAR[]": "array<string>", "BIGINT": "bigint"}
