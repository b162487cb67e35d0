"""Each function is packed with what it imports: nothing here may be there by chance, as it is where these tests run."""

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.infra.test_functions import FUNCTIONS
from tests.support.lambda_template import ROOT, Deployment, Template

TARGET = re.compile(r"^((?:build-\w+ ?)+): (requirements[\w-]*\.txt)$", re.MULTILINE)
OPTIONAL = {"awscrt", "botocore", "setuptools"} | {"click", "pygments", "rich"}
"""Taken by libraries where it is there, and not missed where it is not; the last ones by the command line of httpx."""
IMPORTED = "import importlib, json, sys; importlib.import_module(sys.argv[1]); print(json.dumps(sorted(sys.modules)))"


def packed(function: str) -> set[str]:
    """The distributions that the Makefile installs for it."""
    for targets, requirements in TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")):
        if f"build-{function}" in targets.split():
            text = (ROOT / requirements).read_text(encoding="utf-8")
            return set(map(normal, re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)))
    raise AssertionError(f"the Makefile packs no {function}")


def imported(module: str) -> set[str]:
    """The distributions that a fresh process has loaded modules of, when it has that one."""
    run = subprocess.run([sys.executable, "-c", IMPORTED, module], cwd=ROOT, check=True, capture_output=True, text=True)
    known = packages_distributions()
    loaded = {name.partition(".")[0] for name in json.loads(run.stdout)} - {"federation", "functions"}
    return {normal(known[name][0]) for name in loaded if name in known} - OPTIONAL


def normal(name: str) -> str:
    """A distribution's name as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_function_is_packed_with_what_it_imports(template: Template) -> None:
    deployment = Deployment(template, FirstAdminIssuer="https://idp.example.com", FirstAdminSubject="alice")
    handlers = {name: one["Properties"]["Handler"] for name, one in deployment.resources.items() if packs(one)}
    assert len(handlers) > 10
    lacks = {name: imported(handler.rpartition(".")[0]) - packed(name) for name, handler in handlers.items()}
    assert {name: missing for name, missing in lacks.items() if missing} == {}


CLIENTS = """
import boto3, importlib, json, os, sys
boto3.setup_default_session()
made = set()
note = lambda event_name, **_: made.add(event_name.split(".")[1])
boto3.DEFAULT_SESSION.events.register("creating-client-class", note)
importlib.import_module(sys.argv[1]).build(dict(os.environ))
print(json.dumps(sorted(made)))
"""
AWS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
}
FOLDERS = {"cloudwatch-logs": "logs", "resource-groups-tagging-api": "resourcegroupstaggingapi"}
"""Where botocore's folder for a service has another name than its events."""


def described(function: str) -> set[str]:
    """The services of AWS whose descriptions the Makefile leaves in the function's botocore."""
    command = ["make", "--dry-run", f"build-{function}", "ARTIFACTS_DIR=/nowhere"]
    asked = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    (kept,) = re.findall(r"botocore/data -mindepth 1 -maxdepth 1 -type d (.*?) -exec", asked)
    return set(re.findall(r"! -name (\S+)", kept))


@pytest.mark.parametrize("name", [*FUNCTIONS, "FirstAdminFunction"])
def test_each_function_has_the_descriptions_of_the_services_that_it_calls(template: Template, name: str) -> None:
    deployment = Deployment(template, FirstAdminIssuer="https://idp.example.com", FirstAdminSubject="alice")
    function = deployment.properties(name)
    variables = {key: str(value) for key, value in function["Environment"]["Variables"].items()}
    module = function["Handler"].rpartition(".")[0]
    command = [sys.executable, "-c", CLIENTS, module]
    run = subprocess.run(command, cwd=ROOT, env={**AWS, **variables}, check=True, capture_output=True, text=True)
    called = {FOLDERS.get(service, service) for service in json.loads(run.stdout)}
    assert called <= described(name)


def packs(resource: dict[str, object]) -> bool:
    """Whether `sam build` asks the Makefile for it."""
    metadata = resource.get("Metadata")  # SAM copies it to whatever it makes of a function beside it
    return (
        resource["Type"] == "AWS::Lambda::Function"
        and isinstance(metadata, dict)
        and metadata.get("BuildMethod") == "makefile"
    )


def test_libraries_are_installed_for_the_one_python_that_the_functions_run_on(template: Template) -> None:
    (runtime,) = {one["Properties"]["Runtime"] for one in Deployment(template).resources.values() if packs(one)}
    command = ["make", "--dry-run", "build-TokenFunction", "ARTIFACTS_DIR=/nowhere"]
    asked = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert f"--python-version {runtime.removeprefix('python')} --implementation cp" in asked


def test_what_is_dropped_from_the_functions_that_answer_is_never_loaded() -> None:
    """The names of the Makefile against everything that these functions, and every provider, load at any time."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    dropped = re.findall(r"^UNUSED := (.*?) \$\(addprefix federation/,([^)]*)\)$", makefile, re.MULTILINE)
    ((outside, inside),) = dropped
    names = {name.replace("/", ".") for name in outside.split()} | {f"federation.{name}" for name in inside.split()}
    assert len(names) > 10
    used = re.findall(r"^USED_UTILITIES := (.*)$", makefile, re.MULTILINE)[0].split()
    run = subprocess.run([sys.executable, "-c", EVERYTHING], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = set(json.loads(run.stdout))
    assert {"federation.verification.providers.github", "aws_lambda_powertools.logging", "cedarpy"} < loaded
    assert {name for name in loaded if name in names or name.startswith(tuple(f"{one}." for one in names))} == set()
    utilities = {name.split(".")[2] for name in loaded if name.startswith("aws_lambda_powertools.utilities.")}
    assert utilities <= set(used)


EVERYTHING = """
import io, json, pkgutil, sys
import functions.health, functions.introspect, functions.revoke, functions.token
from federation.verification import providers
from functions.snapshot import load
from functions.telemetry import structured_logger
load()
structured_logger(io.StringIO()).info("loaded")
for one in pkgutil.iter_modules(providers.__path__):
    __import__(f"{providers.__name__}.{one.name}")
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("name", ["HealthFunction", "TokenFunction"])
def test_what_is_called_most_carries_no_sdk(name: str) -> None:
    assert {"boto3", "botocore", "pydantic", "pyyaml"}.isdisjoint(packed(name))
