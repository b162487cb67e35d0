"""CPU of a process from its start to its first exchange, over one that only makes boto3's clients, in pairs.

Both run in the folder that `sam build` makes of the token function, on the Python that it deploys: libraries by their
hashes, our code beside them, everything compiled.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from msgspec import Struct

from benchmarks.world import ROOT, AwsProcess, exchange_event

PAIRS = 7
DEPLOYED = "3.13"
"""What template.yaml runs on."""


def _deployed_python() -> str:
    """As the Makefile has it; pyenv's shim answers only where that version is chosen."""
    installed = sorted(Path.home().glob(f".pyenv/versions/{DEPLOYED}.*/bin/python{DEPLOYED}"))
    for one in (os.environ.get("LAMBDA_PYTHON"), shutil.which(f"python{DEPLOYED}"), *map(str, installed)):
        if one and subprocess.run([one, "-V"], capture_output=True, check=False).returncode == 0:  # noqa: S603
            return one
    return sys.executable


PYTHON = _deployed_python()
FOLDER = ROOT / "build" / "bench"
CLIENTS = FOLDER / "clients"
"""boto3 alone: the token function has none."""
SERVICES = frozenset({"dynamodb", "kms", "s3"})
"""Of botocore's data, as the Makefile keeps them for other functions."""

_CLIENTS = "import boto3; boto3.client('kms'); boto3.client('dynamodb')"
_EXCHANGE = """
import json, sys
asked = json.load(sys.stdin)
import functions.token as function
class Context: aws_request_id = "r"
answer = function.handler(asked, Context())
assert answer["statusCode"] == 200, answer
"""
_MEASURED = """
import time
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0]
print(time.process_time(), peak)
"""


class Start(Struct, frozen=True):
    """Seconds of CPU and MiB of memory, medians; `ratio`: the median of what pairs say."""

    ours: float
    clients: float
    ratio: float
    peak: float
    zipped: int
    """Bytes of the function, zipped."""
    python: str


def measure(aws: AwsProcess) -> Start:
    """Raises FileNotFoundError where there is no such Python."""
    function, boto = _built()
    event = json.dumps(exchange_event(aws.token(), "bench-cold"))
    pairs = [(_run(function, _EXCHANGE, event, aws), _run(boto, _CLIENTS, "", aws)) for _ in range(PAIRS)]
    ours, clients = ([each[at] for each in pairs] for at in (0, 1))
    return Start(
        ours=statistics.median(cpu for cpu, _ in ours),
        clients=statistics.median(cpu for cpu, _ in clients),
        ratio=statistics.median(mine[0] / theirs[0] for mine, theirs in pairs),
        peak=statistics.median(peak for _, peak in ours) / 1024,
        zipped=_zipped(function),
        python=subprocess.run([PYTHON, "-V"], capture_output=True, text=True, check=True).stdout.split()[-1],  # noqa: S603
    )


def _built() -> tuple[Path, Path]:
    """By the Makefile, as `sam build` asks it; libraries are installed once."""
    function = FOLDER / "token"
    shutil.rmtree(function, ignore_errors=True)
    function.mkdir(parents=True)
    machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    settings = {"ARTIFACTS_DIR": function, "LAMBDA_ARCHITECTURE": machine, "LAMBDA_PYTHON": PYTHON, "PYTHON": PYTHON}
    asked = [f"{name}={value}" for name, value in settings.items()]
    subprocess.run(["make", "--silent", "build-TokenFunction", *asked], cwd=ROOT, check=True, capture_output=True)  # noqa: S603, S607
    _installed(CLIENTS, ROOT / "requirements.txt")
    for service in (CLIENTS / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    _python("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(CLIENTS))
    return function, CLIENTS


def _installed(folder: Path, requirements: Path) -> None:
    if not folder.exists():
        options = ("-q", "--disable-pip-version-check", "--root-user-action=ignore", "--no-compile", "--no-deps")
        _python("-m", "pip", "install", *options, "--require-hashes", "-r", str(requirements), "--target", str(folder))


def _python(*arguments: str) -> None:
    subprocess.run([PYTHON, *arguments], check=True)  # noqa: S603 - an interpreter and our own text


def _run(folder: Path, code: str, stdin: str, aws: AwsProcess) -> tuple[float, float]:
    """(seconds of CPU, KiB of memory) of a process in that folder."""
    lambda_s = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "token", "PYTHONPATH": str(folder)}
    environment = {**aws.environment, **lambda_s, "PATH": os.defpath}
    command = [shutil.which(PYTHON) or PYTHON, "-c", code + _MEASURED]
    done = subprocess.run(command, env=environment, cwd=folder, input=stdin, capture_output=True, text=True, check=True)  # noqa: S603
    cpu, peak = done.stdout.splitlines()[-1].split()
    return float(cpu), float(peak)


def _zipped(folder: Path) -> int:
    archive = Path(shutil.make_archive(str(FOLDER / "function"), "zip", folder))
    return archive.stat().st_size
