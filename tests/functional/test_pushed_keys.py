"""A private cluster pushes its keys over HTTP; then its workloads' tokens, signed with the new key, are exchanged."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from federation.client.http import Answer, post_form, send
from federation.local.bridge import LocalBridge
from federation.local.issuers import kubernetes
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.local.serving import ServeOptions, serving
from federation.oauth.identifiers import GrantType, TokenType

SCRIPT = Path(__file__).parents[2] / "examples" / "push_keys.py"
ISS = "https://kubernetes.default.svc.cluster.local"
CLUSTERS = {"cluster": "https://cluster.example.com", "waiting": "https://waiting.example.com"}
"""Issuer document -> audience; the second has no first keys."""
OLD, NEW, OTHER = (generate_key(kid, "RS256") for kid in ("old", "new", "other"))


def documents() -> Iterator[dict[str, Any]]:
    scopes = ["payments:read"]
    yield {"kind": "Audience", "id": "payments", "scopes": scopes}
    for name, audience in CLUSTERS.items():
        keys: dict[str, Any] = {"pushed": True, **({"jwks": OLD.jwks} if name == "cluster" else {})}
        yield {"kind": "Issuer", "id": name, "provider": "kubernetes", "issuer": ISS, "keys": keys} | {
            "audiences": [audience],
            "algorithms": ["RS256"],
            "max_token_age": "2h",
        }
        yield {
            "kind": "Mapping",
            "id": name,
            "issuer": name,
            "match": {"sub": f"system:serviceaccount:{kubernetes.NAMESPACE}:{kubernetes.SERVICE_ACCOUNT}"},
            "principal": f"k8s/{name}/settlement",
            "grants": [{"audience": "payments", "scopes": scopes}],
        }


@dataclass(frozen=True, slots=True)
class Served:
    bridge: LocalBridge
    folder: Path

    @property
    def admin(self) -> str:
        return (self.folder / "admin").read_text(encoding="ascii")

    def exchange(self, key: IssuerKey, cluster: str = "cluster") -> Answer:
        """A workload of a cluster, whose token `key` signed."""
        claims = kubernetes.claims(ISS, CLUSTERS[cluster], int(time.time())) | {"jti": str(uuid.uuid4())}
        form = [
            ("grant_type", GrantType.TOKEN_EXCHANGE.value),
            ("subject_token", key.sign(claims, {"typ": None})),
            ("subject_token_type", TokenType.JWT.value),
            ("audience", "payments"),
        ]
        return post_form(f"{self.bridge.url}/token", form)

    def run_script(self, key: IssuerKey, *pushed: IssuerKey, kid: str = "") -> "subprocess.CompletedProcess[str]":
        """As an operator of the cluster runs it."""
        pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "sa.key").write_bytes(pem)
        (self.folder / "jwks.json").write_text(json.dumps({"keys": [one.jwk for one in pushed]}), encoding="ascii")
        options = {"--bridge": self.bridge.url, "--id": "cluster", "--issuer": ISS}
        files = {"--key": str(self.folder / "sa.key"), "--jwks": str(self.folder / "jwks.json")}
        named = {"--kid": kid} if kid else {}
        command = [part for option in (options | files | named).items() for part in option]
        return subprocess.run([sys.executable, str(SCRIPT), *command], capture_output=True, text=True, check=False)

    def push(self, cluster: str, keys: IssuerKey, token: str) -> Answer:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return send(f"{self.bridge.url}/issuers/{cluster}/keys", "POST", json.dumps(keys.jwks).encode(), headers)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "trust").mkdir()
    (folder / "trust" / "clusters.yaml").write_text(yaml.safe_dump_all(documents()), encoding="utf-8")
    with serving(ServeOptions(trust=folder / "trust", admin_token_file=folder / "admin")) as bridge:
        yield Served(bridge, folder)


def test_a_cluster_rotates_its_key_by_itself(served: Served) -> None:
    refused = served.run_script(OTHER, OTHER, OLD)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert json.loads(refused.stderr)["error_description"].startswith("push_not_authorized: ")
    for keys, kid in (((OLD, NEW), ""), ((NEW,), "old")):  # beside the old key, and then in its place
        pushed = served.run_script(OLD, *keys, kid=kid)
        assert (pushed.returncode, pushed.stdout, pushed.stderr) == (0, "", "")
    issued = served.exchange(NEW)
    assert issued.status == 200, issued.members
    assert served.run_script(OLD, OLD).returncode == 1
    records = {
        record["outcome"]: record for record in served.bridge.trail.all_issued() if record["issuer"] == "cluster"
    }
    assert records["allow"]["jwks_as_of"] <= time.time()
    assert records["allow"]["jwks_stale"] is False
    assert records["keys_pushed"]["pushed_by"] == "issuer"


def test_an_admin_pushes_the_first_keys(served: Served) -> None:
    assert served.exchange(OTHER, "waiting").status == 503
    answer = served.push("waiting", OTHER, served.admin)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"
    records = [record for record in served.bridge.trail.all_issued() if record["issuer"] == "waiting"]
    assert [(record["pushed_by"], record["principal"]) for record in records] == [("admin", "admin/laptop")]


def test_what_is_refused_is_challenged_and_logged_once(served: Served) -> None:
    answer = served.push("nobody", OTHER, OTHER.sign({"iss": ISS}))
    assert (answer.status, answer.members["error"]) == (401, "invalid_token")
    assert answer.headers["www-authenticate"] == 'Bearer realm="federation-bridge", error="invalid_token"'
    (refusal,) = served.bridge.trail.refused(answer.members["correlation_id"])
    assert (refusal["operation"], refusal["issuer"], refusal["reason"]) == (
        "push_keys",
        "nobody",
        "push_not_authorized",
    )


def test_an_exchanged_token_for_an_api_pushes_nothing(served: Served) -> None:
    issued = served.exchange(NEW).members.get("access_token") or served.exchange(OLD).members["access_token"]
    answer = served.push("cluster", OTHER, issued)
    assert (answer.status, answer.members["error_description"].partition(":")[0]) == (401, "wrong_audience")


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("PUT", 405), ("DELETE", 405)])
def test_other_methods_get_a_typed_answer(served: Served, method: str, status: int) -> None:
    answer = send(f"{served.bridge.url}/issuers/cluster/keys", method)
    assert (answer.status, answer.headers["allow"]) == (status, "POST")
