"""The configuration that a team copies is what Envoy, Istio and AWS take."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cloudcoil.models.istio.security import v1 as security
from cloudcoil.models.istio.telemetry import v1 as telemetry
from google.protobuf import json_format

from federation.cli.audit_uses import read_uses, with_uses

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


def istio() -> list[Any]:
    return list(yaml.safe_load_all((EXAMPLES / "istio.yaml").read_text()))


def as_istio_reads_it(document: Any) -> Any:  # noqa: ANN401  (YAML)
    """By Istio's own definitions, which drop what they do not know."""
    module = telemetry if document["kind"] == "Telemetry" else security
    return (
        getattr(module, document["kind"])
        .model_validate(document)
        .model_dump(by_alias=True, exclude_unset=True, mode="json")
    )


def test_istio_knows_every_word_of_it() -> None:
    assert [as_istio_reads_it(each) for each in istio()] == istio()
    wrong = istio()[0]
    wrong["spec"]["jwtRules"][0]["isuer"] = "x"
    assert as_istio_reads_it(wrong) != wrong


@pytest.mark.parametrize("proxy", ["envoy", "istio"])
def test_a_line_of_a_proxy_is_joined_to_the_chain(tmp_path: Path, proxy: str) -> None:
    told = {"envoy": _envoy_log, "istio": _istio_log}[proxy]()
    written = {name: _FILLED.get(value, value) for name, value in told.items()}
    assert not [value for value in written.values() if "%" in value]
    (tmp_path / "proxy.log").write_text(json.dumps(dict(sorted(written.items()))) + "\n")
    (used,) = read_uses([tmp_path / "proxy.log"])
    chain = with_uses({"items": [{"jti": "j-1", "txn": "t-1"}]}, [used])
    assert chain["items"][0]["uses"] == [written]
    assert set(written) >= {"event", "time", "jti", "txn", "sub", "service", "request"}


_METADATA = "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:token:{})%"
_SAID = {"jti": "j-1", "txn": "t-1", "sub": "user/ada"}
_FILLED = {
    **{_METADATA.format(name): value for name, value in _SAID.items()},
    **{f"%REQ(X-BRIDGE-{name.upper()})%": value for name, value in _SAID.items()},
    "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%": "2026-11-30T00:00:00.000Z",
    "%REQ(:METHOD)% %PATH(NQ)%": "GET /scores",
}


def _envoy_log() -> dict[str, str]:
    chain = document("envoy.yaml")["static_resources"]["listeners"][0]["filter_chains"][0]
    (log,) = chain["filters"][0]["typed_config"]["access_log"]
    written: dict[str, str] = log["typed_config"]["log_format"]["json_format"]
    return written


def _istio_log() -> dict[str, str]:
    (provider,) = document("istio_mesh.yaml")["meshConfig"]["extensionProviders"]
    (named,) = istio()[3]["spec"]["accessLogging"]
    assert named["providers"] == [{"name": provider["name"]}]
    headers = {f"%REQ({each['header'].upper()})%" for each in istio()[0]["spec"]["jwtRules"][0]["outputClaimToHeaders"]}
    written: dict[str, str] = provider["envoyFileAccessLog"]["logFormat"]["labels"]
    assert headers <= set(written.values())
    return written


def test_istio_refuses_a_request_without_a_token_and_one_whose_token_is_bound() -> None:
    _, allowed, denied, _ = (each["spec"] for each in istio())
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
