"""Runbooks as a test reads them, and bridges in the state that each describes."""

import re
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from federation.local.bridge import LocalBridge
from federation.local.embedded_aws import embedded_metrics
from federation.local.faults import kms_quota, lost_bucket
from federation.local.functions import LAPTOP
from federation.model.metrics import NAMESPACE
from tests.support.admin_laptop import AdminLaptop

SCHEDULED = ("publish", "rotate", "refresh-keys", "status", "archive", "probe", "reconcile")
"""Functions of which silence is an alarm."""
FOLDER = Path(__file__).parents[2] / "docs/runbooks"
_BLOCK = re.compile(r"```(bash|aws)\n(.*?)\n```\n((?:\n- (?:yes|no|over): [^\n]*)*)", re.DOTALL)
_EXPECTED = re.compile(r"- (yes|no|over): `([^`]*)`")


class Command(NamedTuple):
    """Of a page: where it stands, which tool runs it, and what it prints."""

    section: str
    tool: str
    line: str
    expected: Mapping[str, str]


def commands(page: Path) -> Iterator[Command]:
    for part in page.read_text(encoding="utf-8").split("\n## ")[1:]:
        section = part.partition("\n")[0].lower()
        for tool, line, told in _BLOCK.findall(part):
            yield Command(section, tool, line, dict(_EXPECTED.findall(told)))


def says(output: str, text: str) -> bool:
    """Whether it stands there; `N` is a number above zero."""
    pattern = re.sub(r"\bN\b", "[1-9][0-9]*", re.escape(" ".join(text.split())))
    return re.search(pattern, " ".join(output.split())) is not None


def words(line: str) -> list[str]:
    """After `fedbridge`."""
    return shlex.split(line)[1:]


class State:
    """One bridge, on which many things are broken at once.

    `beside`: another of this process, whose functions have the same names and so the same metrics.
    """

    def __init__(self, laptop: AdminLaptop, beside: LocalBridge) -> None:
        self.laptop = laptop
        self._beside = beside
        self._faults = ExitStack()
        found = embedded_metrics()
        assert found
        self.metrics = found

    def leave(self) -> None:
        """The faults end, and hours go by, in which functions run."""
        self._faults.close()
        self._faults = ExitStack()
        self.metrics.elapse(14_400)
        for function in SCHEDULED:
            self.aws("AWS/Lambda", "Invocations", FunctionName=f"{LAPTOP}-{function}")

    def function(self, name: str, metric: str = "Errors", apart: int = 300) -> None:
        """As Lambda counts it, in three periods."""
        for period in range(3):
            for counted in ("Invocations", metric):
                self.aws("AWS/Lambda", counted, ago=period * apart, FunctionName=f"{LAPTOP}-{name}")

    def silence(self) -> None:
        """Every rule is disabled, and hours go by."""
        for rule in (*self.laptop.local.schedules.values(), *self._beside.schedules.values()):
            rule.disable()
            self._faults.callback(rule.enable)
        self.metrics.elapse(14_400)

    def aws(self, namespace: str, name: str, value: float = 1, ago: int = 0, **dimensions: str) -> None:
        """As a service of AWS counts it."""
        self.metrics.record(namespace, name, dimensions, time.time() - ago, [value])

    def ours(self, name: str, value: float = 1, times: int = 1, count: int = 1, **dimensions: str) -> None:
        """As the lines of functions tell, in so many periods."""
        named = {"service": "federation-bridge", **dimensions}
        for period in range(times):
            self.metrics.record(NAMESPACE, name, named, time.time() - period * 300, [value] * count)

    def throttle_kms(self) -> None:
        """For real: KMS refuses what exchanges ask of it."""
        with kms_quota(0):
            for _ in range(5):
                assert self.laptop.exchange().status == HTTPStatus.SERVICE_UNAVAILABLE

    def lose_archive(self) -> None:
        """For real: its bucket is gone."""
        self._faults.enter_context(lost_bucket(self.laptop.local.settings.archive_bucket))
        self.function("archive")


def _errors(function: str, apart: int = 300) -> Callable[[State], None]:
    return lambda state: state.function(function, apart=apart)


def _stale(state: State) -> None:
    state.ours("KeysStale", times=3)
    state.ours("IssuerKeysStale", issuer="partner")


def _aws_fails(state: State) -> None:
    state.ours("AwsFailed", times=2, count=20)
    state.ours("AwsFailed", aws="dynamodb")


def _slow(state: State) -> None:
    state.ours("StepDuration", 2000, step="commit")
    state.ours("ExchangeDuration", 2000, times=3)


BROKEN: Mapping[str, Callable[[State], None]] = {
    "server-errors": State.throttle_kms,
    "kms-throttled": State.throttle_kms,
    "archive-errors": State.lose_archive,
    "token-crash": _errors("token"),
    "token-throttles": lambda state: state.function("token", "Throttles"),
    "admin-crash": _errors("admin"),
    "break-glass": lambda state: state.function("apply-trust"),
    "break-glass-confirm": lambda state: state.function("confirm-trust"),
    "first-admin-errors": _errors("first-admin"),
    "publish-errors": _errors("publish"),
    "rotate-errors": _errors("rotate"),
    "refresh-keys-errors": _errors("refresh-keys"),
    "status-errors": _errors("status", 60),
    "notify-errors": _errors("notify"),
    "signals-errors": _errors("signals"),
    "signals-behind": lambda state: state.aws("AWS/Lambda", "IteratorAge", 1e6, FunctionName=f"{LAPTOP}-signals"),
    "probe-errors": _errors("probe", 3600),
    "keys-rolled-back": lambda state: state.ours("KeysRolledBack"),
    "key-overdue": lambda state: state.ours("KeyOverdue"),
    "reconcile-errors": _errors("reconcile", 900),
    "signatures-unrecorded": lambda state: state.ours("SignaturesUnrecorded"),
    "attack-succeeded": lambda state: state.ours("AttackSucceeded"),
    "issuer-keys-stale": _stale,
    "issuer-certificate-ending": lambda state: state.ours("CertificatesEnding"),
    "bad-signature-jump": lambda state: state.ours("SignalsRang", signal="bad_signature_jump"),
    "no-mapping-jump": lambda state: state.ours("SignalsRang", signal="no_mapping_jump"),
    "risk-high": lambda state: state.ours("SignalsRang"),
    "archive-behind": lambda state: state.aws("AWS/Lambda", "IteratorAge", 1e6, FunctionName=f"{LAPTOP}-archive"),
    "archive-gap": lambda state: state.aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=LAPTOP),
    "dynamodb-throttled": lambda state: state.ours("AwsThrottled", count=10, aws="dynamodb"),
    "aws-failing": _aws_fails,
    "latency": _slow,
}
SILENT: Mapping[str, Callable[[State], None]] = {f"{function}-silent": State.silence for function in SCHEDULED}
