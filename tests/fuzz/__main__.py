"""Every target in turn, each in a process of its own: python -m tests.fuzz [--runs N] [--seconds S] [TARGET ...].

Prints a table. Ends with 1 if a target ended before its runs were over and its time was up: it found an input, which
it keeps and names.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.registry import NAMES


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", epilog="make fuzz RUNS=100000 TARGETS='token form'")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(NAMES))
    parser.add_argument("--runs", type=int, default=100_000, help="of each target")
    parser.add_argument("--seconds", type=int, default=0, help="at most, for each target; 0: until its runs are over")
    parser.add_argument("--seed", type=int, default=0, help="the same runs again; 0: others each time")
    parser.add_argument("--keep", type=Path, help="folder in which found inputs stay, for a merge into corpus/")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if strangers := set(asked.targets) - set(NAMES):
        parser.error(f"no such target: {', '.join(sorted(strangers))}; there are {', '.join(NAMES)}")
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    rows = [_run(name, (asked.runs, asked.seconds, asked.seed), folder / name) for name in asked.targets or NAMES]
    print(json.dumps(rows, indent=1) if asked.json else _table(rows))  # noqa: T201
    return int(any(row["ended"] not in ("runs", "time") for row in rows))


def _run(name: str, limits: tuple[int, int, int], folder: Path) -> dict[str, object]:
    """`limits`: runs, seconds, seed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.one", name, *map(str, limits), str(folder)]
    with (folder / "log").open("wb") as log:
        ended = subprocess.run(command, stdout=log, stderr=log, check=False).returncode
    result = folder / "result.json"
    counted = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    over = counted.get("runs", 0) >= limits[0]
    found = [str(file) for file in folder.glob("*-*") if file.is_file()]
    how = ("runs" if over else "time") if ended == 0 else f"exit {ended}: {' '.join(found) or folder / 'log'}"
    return {"target": name, **counted, "ended": how}


def _table(rows: list[dict[str, object]]) -> str:
    lines = ["| target | runs | accepted | refusals of kinds | runs a second | ended by |", "|---|---|---|---|---|---|"]
    for row in rows:
        runs, took = float(str(row.get("runs", 0))), float(str(row.get("seconds", 0))) or 1.0
        told = f"{runs:,.0f} | {row.get('accepted', 0):,} | {row.get('reasons', 0)} | {runs / took:,.0f}"
        lines.append(f"| {row['target']} | {told} | {row['ended']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
