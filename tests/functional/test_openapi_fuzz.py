"""Whatever anybody sends to the admin API: it answers as its OpenAPI document says, and refuses what that refuses."""

import io
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from federation.admin_api.operation import MAX_SET
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources
from federation.local.admin_token import admin_documents
from federation.local.bridge import LocalBridge
from federation.local.gateway import MAX_BODY
from federation.local.issuers.loopback import generate_key
from tests.support.openapi_cases import Asked, AskedFor, FuzzedApi

EXAMPLES = Path(__file__).parents[2] / "examples" / "trust"
REQUESTS = {GenerationMode.POSITIVE: 2, GenerationMode.NEGATIVE: 2}
"""Of each operation: that keep to the document, that do not."""
DESCRIBED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CHECKS = [*DESCRIBED, negative_data_rejection, ignored_auth]
CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
"""What breaks the document may be refused for its size too; by default 413 and 412 would not do, and 5xx would."""
BEYOND_SCHEMAS = frozenset({"bad_cursor", "json_required", "malformed_query"})
"""What the document cannot say: which cursors were given out, which numbers two readers read unlike, that one of two
parameters must be there."""

PHRASE = "Request Entity Too Large"
"""The gateway's: so large a body reaches no function."""

DOCUMENT = "/admin/v1/openapi.json"
PUBLIC = f"GET {DOCUMENT}"


@pytest.fixture(scope="module")
def api() -> Iterator[FuzzedApi]:
    key = generate_key("admin-1", "ES256")
    examples = read_sources(EXAMPLES).documents
    trust = validate([*examples, *admin_documents(key, examples)], loopback=True)
    with LocalBridge(trust, log=io.StringIO()) as local:
        document = schemathesis.openapi.from_url(f"{local.url}{DOCUMENT}", config=SchemathesisConfig.from_dict(CONFIG))
        fuzzed = FuzzedApi(local.url, key, document)
        fuzzed.renew()
        yield fuzzed


def operations(api: FuzzedApi) -> Iterator[AskedFor]:
    for operation in api.document.get_all_operations():
        assert isinstance(operation, Ok), operation
        yield operation.ok()


def test_the_document_is_openapi(api: FuzzedApi) -> None:
    assert api.document.specification.version == "3.1.0"
    api.document.validate()
    assert len(list(operations(api))) > 25


def test_whatever_keeps_to_the_document_is_answered_as_it_says(api: FuzzedApi, subtests: pytest.Subtests) -> None:
    for operation in operations(api):
        with subtests.test(operation.label):
            answers = fuzz(api, operation, GenerationMode.POSITIVE)
            malformed = {code for status, code in answers if status == HTTPStatus.BAD_REQUEST}
            assert malformed <= BEYOND_SCHEMAS


def test_whatever_breaks_the_document_is_refused_as_it_says(api: FuzzedApi, subtests: pytest.Subtests) -> None:
    for operation in operations(api):
        if not takes_anything(operation):
            continue
        with subtests.test(operation.label):
            fuzz(api, operation, GenerationMode.NEGATIVE)


@pytest.mark.parametrize(("size", "refusal"), [(MAX_SET + 1, "request_too_large"), (MAX_BODY + 1, PHRASE)])
def test_a_set_too_large_is_refused_as_the_document_says(api: FuzzedApi, size: int, refusal: str) -> None:
    case = api.document["/admin/v1/plan"]["POST"].Case(body={"documents": [{"id": "a" * size}]})
    response = case.call(headers=api.headers)
    assert (response.status_code, reason(response)) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, refusal)
    case.validate_response(response, checks=DESCRIBED, headers=api.headers)


def fuzz(api: FuzzedApi, operation: AskedFor, mode: GenerationMode) -> list[tuple[int, str]]:
    """Every check for every request; (status, reason) of every answer."""
    answers: list[tuple[int, str]] = []

    @settings(
        max_examples=REQUESTS[mode],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Asked) -> None:
        if mode is GenerationMode.POSITIVE:
            api.aim(case, hit=len(answers) % 2 == 0)
            assert answers or operation.label == PUBLIC or case.call().status_code == HTTPStatus.UNAUTHORIZED
        response = case.call(headers=api.headers)
        answers.append((response.status_code, reason(response)))
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            api.renew()
        case.validate_response(response, checks=CHECKS, headers=api.headers)

    ask()
    return answers


def takes_anything(operation: AskedFor) -> bool:
    """Whether anything of a request could be wrong."""
    described = operation.definition.raw
    return bool(described["parameters"]) or "requestBody" in described


def reason(response: schemathesis.Response) -> str:
    """Empty for a good answer."""
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return ""
    refusal = response.json()
    return str(refusal.get("code") or refusal["message"])
