"""One target under atheris: python -m tests.fuzz.one NAME RUNS SECONDS SEED FOLDER.

It ends when its runs are over or its time is up (0: never), or with an input for which `check` raised.
"""

import json
import sys
import time
from pathlib import Path

import atheris  # in .venv-fuzz alone

from tests.fuzz.registry import CORPUS, target

with atheris.instrument_imports(include=["federation"]):
    NAME, RUNS, SECONDS, FOLDER = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[5])
    TARGET = target(NAME)

from tests.fuzz.targets.outcome import TALLY

LARGEST = {"bits": 4096, "documents": 3000, "cedar": 1500}
"""Bytes of an input; without one, 2,500: longer ones are refused by their length."""


def main() -> None:
    """Writes FOLDER/result.json at the end, with what was counted."""
    found = FOLDER / "found"
    found.mkdir(parents=True, exist_ok=True)
    seeds = FOLDER / "seeds"
    seeds.mkdir(exist_ok=True)
    for number, seed in enumerate(TARGET.SEEDS):
        (seeds / str(number)).write_bytes(seed)
    kept = [str(CORPUS / NAME)] if (CORPUS / NAME).is_dir() else []
    options = [f"-runs={RUNS}", f"-max_len={LARGEST.get(NAME, 2500)}", f"-artifact_prefix={FOLDER}/"]
    options += ["-timeout=10", f"-max_total_time={SECONDS}", f"-seed={sys.argv[4]}"]
    atheris.Setup([sys.argv[0], *options, str(found), str(seeds), *kept], _counted)
    atheris.Fuzz()


_RUNS, _STARTED = 0, time.monotonic()


def _counted(data: bytes) -> None:
    global _RUNS  # noqa: PLW0603  (libFuzzer ends the process: there is no later)
    _RUNS += 1
    TARGET.check(data)
    if _RUNS % 500 == 0 or _RUNS >= RUNS:
        _write()


def _write() -> None:
    told = {"runs": _RUNS, "accepted": TALLY.accepted, "refused": TALLY.refused, "reasons": len(TALLY.reasons)}
    (FOLDER / "result.json").write_text(json.dumps({**told, "seconds": time.monotonic() - _STARTED}), encoding="utf-8")


if __name__ == "__main__":
    main()
