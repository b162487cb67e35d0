"""The configuration that a team copies is what Envoy, Istio and AWS take."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import json_format

EXAMPLES = Path(__file__).parents[3] / "examples" / "services"
_TYPES = (
    "extensions.filters.network.http_connection_manager.v3.http_connection_manager",
    "extensions.filters.http.jwt_authn.v3.config",
    "extensions.filters.http.rbac.v3.rbac",
    "extensions.filters.http.router.v3.router",
    "extensions.access_loggers.stream.v3.stream",
    "extensions.transport_sockets.tls.v3.tls",
)


def envoy() -> Any:  # noqa: ANN401  (protobuf)
    for name in _TYPES:
        importlib.import_module(f"envoy.{name}_pb2")
    bootstrap = importlib.import_module("envoy.config.bootstrap.v3.bootstrap_pb2").Bootstrap()
    return json_format.ParseDict(document("envoy.yaml"), bootstrap)


def document(name: str) -> Any:  # noqa: ANN401  (YAML)
    return yaml.safe_load((EXAMPLES / name).read_text())


def filters() -> dict[str, Any]:
    chain = document("envoy.yaml")["static_resources"]["listeners"][0]["filter_chains"][0]
    return {each["name"]: each["typed_config"] for each in chain["filters"][0]["typed_config"]["http_filters"]}


def test_envoy_knows_every_word_of_it() -> None:
    (listener,) = envoy().static_resources.listeners
    assert len(listener.filter_chains) == 1


def test_a_word_that_envoy_does_not_know_is_noticed() -> None:
    envoy()
    module = importlib.import_module("envoy.extensions.filters.http.jwt_authn.v3.config_pb2")
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict({"providers": {"a": {"isuer": "x"}}}, module.JwtAuthentication())


def test_envoy_lets_in_access_tokens_with_the_scope_that_are_not_bound() -> None:
    provider = filters()["envoy.filters.http.jwt_authn"]["providers"]["federation-bridge"]
    (policy,) = filters()["envoy.filters.http.rbac"]["rules"]["policies"].values()
    asked = policy["principals"][0]["and_ids"]["ids"]
    paths = [[part["key"] for part in (each.get("not_id") or each)["metadata"]["path"]] for each in asked]
    assert paths == [["header", "typ"], ["token", "scope"], ["token", "cnf"]]
    assert "not_id" in asked[2]
    assert (provider["payload_in_metadata"], provider["header_in_metadata"]) == ("token", "header")
    assert provider["require_expiration"]


def test_istio_refuses_a_request_without_a_token_and_one_whose_token_is_bound() -> None:
    documents = list(yaml.safe_load_all((EXAMPLES / "istio.yaml").read_text()))
    assert [each["kind"] for each in documents] == [
        "RequestAuthentication",
        "AuthorizationPolicy",
        "AuthorizationPolicy",
    ]
    _, allowed, denied = (each["spec"] for each in documents)
    assert allowed["action"] == "ALLOW"
    assert all(rule["from"] and rule["to"] and rule["when"] for rule in allowed["rules"])
    assert denied["action"] == "DENY"
    keys = [rule["when"][0]["key"] for rule in denied["rules"]]
    assert keys == ["request.auth.claims[cnf][jkt]", "request.auth.claims[cnf][x5t#S256]"]


def test_the_template_of_the_authorizer_is_sound_and_keeps_no_answer() -> None:
    template = EXAMPLES / "api_gateway.yaml"
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([lint, template], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    text = template.read_text()
    assert text.count("ReauthorizeEvery: 0") == 2
    assert "federation.resource_server.adapters.lambda_authorizer.handler" in text
