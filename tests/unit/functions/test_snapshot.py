import random
import re
import subprocess
import sys
from collections.abc import Iterator

from snapshot_restore_py import get_after_restore, get_before_snapshot  # type: ignore[import-untyped]

from functions import snapshot, token
from tests.support.lambda_template import ROOT

LATER = re.compile(r"""module_later\("([^"]+)"\)""")
ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "FEDERATION_ISSUER": "https://federation.example.com",
    "FEDERATION_TRUST_TABLE": "trust",
    "FEDERATION_STATE_TABLE": "state",
    "FEDERATION_AUDIT_TABLE": "audit",
    "FEDERATION_SIGNING_KEY": "key",
    "FEDERATION_DOCUMENTS_BUCKET": "documents",
}
ELSEWHERE = frozenset({"cli", "client", "local", "resource_server"})
LIBRARY = ("federation", "functions")


def waiting() -> Iterator[str]:
    """Every module that the functions load when it is first used; callers and services are not here."""
    for folder in LIBRARY:
        for file in (ROOT / folder).rglob("*.py"):
            if ELSEWHERE.isdisjoint(file.parts):
                yield from LATER.findall(file.read_text("utf-8"))


def test_only_a_process_of_which_a_snapshot_is_taken_registers_hooks() -> None:
    registered = []
    for how in ("on-demand", "provisioned-concurrency", "snap-start"):
        before = len(get_before_snapshot()), len(get_after_restore())
        token.build({**ENVIRONMENT, "AWS_LAMBDA_INITIALIZATION_TYPE": how})
        registered.append((len(get_before_snapshot()) - before[0], len(get_after_restore()) - before[1]))
    assert registered == [(0, 0), (0, 0), (1, 1)]


def test_every_module_that_waits_for_its_first_use_is_in_the_snapshot() -> None:
    """In a process of its own, since this one has loaded most of them."""
    asked = {*waiting()} - {snapshot.__name__}
    code = f"import sys; from functions.snapshot import load; load(); print(sorted({asked!r} - sys.modules.keys()))"
    assert len(asked) > 5
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_processes_of_one_snapshot_draw_different_numbers() -> None:
    """Two restores, in one process: both begin with the state that the snapshot holds."""
    held, drawn = random.getstate(), []
    for _ in range(2):
        random.setstate(held)
        snapshot.renew(lambda: None)
        drawn.append(random.getrandbits(64))
    assert drawn[0] != drawn[1]


def test_a_restore_drops_connections() -> None:
    dropped: list[bool] = []
    snapshot.renew(lambda: dropped.append(True))
    assert dropped == [True]
