"""What the functions that answer requests import before the first one: nothing that only few requests need."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.support.lambda_template import ROOT

FUNCTIONS = ("token", "introspect", "revoke")
NEVER = frozenset(
    {
        *("boto3", "botocore", "s3transfer", "urllib3"),  # the lean client asks AWS
        *("httpx", "httpcore", "anyio", "requests"),
        *("jwt", "http.client", "urllib.request", "email", "concurrent.futures", "asyncio"),  # keys are in the table
        "aws_lambda_powertools",  # for the log of a refusal
        *("cedarpy.pst", "dataclasses"),  # a tree that nothing asks for
        "federation.aws.lean.credentials_endpoint",  # for a snapshot that was restored
        *("cryptography.x509", "cryptography.hazmat.primitives.serialization"),  # for a certificate
        *("federation.verification.x509", "federation.authentication.tls_client_auth"),
        *("federation.verification.aws_request", "federation.web.fetcher"),
        *("pydantic", "yaml", "typer", "rich", "moto"),
        *(
            "federation.admin",
            "federation.admin_api",
            "federation.documents",
            "federation.insight",
            "federation.aws.boto",
        ),
    }
)


def imported(function: str) -> list[str]:
    """Every module of a process that has done no more than import the function; what stands for one has no spec."""
    loaded = "sorted(name for name, module in sys.modules.items() if getattr(module, '__spec__', True))"
    code = f"import functions.{function}, sys, json; print(json.dumps({loaded}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules: list[str] = json.loads(done.stdout)
    return modules


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_nothing_that_an_ordinary_request_does_not_need(function: str) -> None:
    modules = imported(function)
    assert NEVER.intersection(modules) == set(), "\n".join(modules)


def test_what_is_looked_for_exists() -> None:
    """A name that was misspelt would be absent for ever."""
    assert [name for name in sorted(NEVER) if name not in sys.modules and find_spec(name) is None] == []
