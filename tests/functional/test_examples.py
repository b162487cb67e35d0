"""Every example in examples/ does what it tells, against one bridge that has the trust documents of examples/trust."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from msgspec import Struct
from msgspec.structs import replace

from federation.client.sources.kubernetes import DEFAULT
from federation.documents.source import SourceDocument
from federation.documents.validate import validate, validate_path
from federation.documents.yaml_source import read_sources
from federation.local.bridge import LocalBridge
from federation.local.demo.devices import write_device
from federation.local.demo.stage import EXAMPLES as TRUST
from federation.local.demo.stage import Providers, open_providers
from federation.local.demo.workloads import ALL
from federation.local.mtls.serving import mutual_tls
from federation.local.server import listen, url_of
from tests.support.eventually import HANGS
from tests.support.fake_bridge import Asked, Reply, serving
from tests.support.services.web import uvicorn_serving
from tests.support.verifying_clouds import ROLE, Clouds

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKLOADS = {workload.name: workload for workload in ALL}
FLAVOR = {"metadata-flavor": "Google"}
ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/"


class Laptop(Struct, frozen=True):
    """A bridge over plain HTTP and mutual TLS, and the identity providers that its documents name."""

    bridge: LocalBridge
    providers: Providers
    folder: Path

    def token(self, name: str) -> str:
        workload = WORKLOADS[name]
        return self.providers.sign(workload, self.providers.claims(workload, self.bridge.url))

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """As its user runs it; nothing of this process's environment comes along."""
        command = [sys.executable, str(EXAMPLES / script), *arguments]
        variables = {"PATH": os.environ["PATH"], "FEDBRIDGE_URL": self.bridge.url, **environment}
        done = subprocess.run(
            command, env=variables, cwd=self.folder, capture_output=True, text=True, check=False, timeout=HANGS
        )
        assert "eyJ" not in done.stdout + done.stderr, "a token was printed"
        return done

    def issued(self) -> list[dict[str, Any]]:
        """Records of tokens; those of writes of trust stand beside them."""
        return [dict(record) for record in self.bridge.trail.all_issued() if "audience" in record]

    def principals(self) -> list[str]:
        return [str(record["principal"]) for record in self.issued()]


def at_this_bridge(source: SourceDocument) -> SourceDocument:
    """The same document, its issuer's tokens being for the URL of the bridge that reads it, as by default."""
    value: Any = source.value
    return replace(source, value={name: member for name, member in value.items() if name != "audiences"})


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    folder = tmp_path_factory.mktemp("examples")
    sources = [
        at_this_bridge(source) if source.value.get("kind") == "Issuer" else source
        for source in read_sources(TRUST).documents
        if isinstance(source.value, dict)
    ]
    with ExitStack() as running:
        providers = running.enter_context(open_providers(sources))
        with listen(0) as free:
            port = free.getsockname()[1]
        trust = validate(providers.sources, loopback=True)
        bridge = running.enter_context(LocalBridge(trust, mtls_port=port))
        running.enter_context(mutual_tls(bridge, folder / "ca.pem"))
        assert providers.device is not None
        write_device(providers.device, folder)
        yield Laptop(bridge, providers, folder)


@contextmanager
def service(laptop: Laptop, script: str) -> Iterator[str]:
    """The example's own service, under uvicorn: its URL."""
    spec = spec_from_file_location(Path(script).stem, EXAMPLES / script)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # where FastAPI looks up what its annotations name
    spec.loader.exec_module(module)
    make: Callable[[str, str], Any] = getattr(module, spec.name)
    listener = listen(0)
    with uvicorn_serving(make(laptop.bridge.url, url_of(listener)), listener) as url:
        yield url


def metadata_server(cloud: Clouds, laptop: Laptop) -> dict[str, str]:
    """Google's, which says who the pipeline is; the variables that lead google-auth there."""
    cloud.on("GET", "/", Reply(b"", headers=FLAVOR))
    described = {**FLAVOR, "content-type": "application/json"}
    cloud.on("GET", ACCOUNT, Reply({"email": "pipeline@acme-data.iam.gserviceaccount.com"}, headers=described))
    plain = {**FLAVOR, "content-type": "text/html"}
    cloud.on("GET", f"{ACCOUNT}identity", lambda _: Reply(laptop.token("google").encode(), headers=plain))
    at = urlsplit(cloud.url).netloc
    return {"GCE_METADATA_HOST": at, "GCE_METADATA_IP": at, "FEDBRIDGE_SOURCE": "google"}


def test_payments_worker_scores_payments_with_a_token_for_that_alone(laptop: Laptop) -> None:
    projected = laptop.folder / "projected"
    projected.write_text(laptop.token("payments-worker"))
    with service(laptop, "payments-worker/risk_engine.py") as url:
        run = partial(laptop.run, "payments-worker/worker.py", RISK_ENGINE_URL=url)
        done = run(FEDBRIDGE_SOURCE=f"kubernetes:{projected}")
        assert '"asked_by":"k8s/acme-cluster/payments/payments-worker"' in done.stdout, done.stderr
        projected.write_text(laptop.token("kubernetes"))  # the settlement service, which may not
        refused = run(FEDBRIDGE_SOURCE=f"kubernetes:{projected}")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "invalid_target" in refused.stderr
    (record,) = [each for each in laptop.issued() if each["audience"] == ["risk-engine"]]
    assert (record["scope"], record["principal"]) == (["risk:score:write"], "k8s/acme-cluster/payments/payments-worker")


def test_its_deployment_projects_the_token_where_the_source_looks_and_its_mapping_knows_its_account() -> None:
    _, deployment = yaml.safe_load_all((EXAMPLES / "payments-worker" / "deployment.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    (projected,) = pod["volumes"][0]["projected"]["sources"]
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert f"{mount['mountPath']}/{projected['serviceAccountToken']['path']}" == DEFAULT
    (bridge,) = (each["value"] for each in pod["containers"][0]["env"] if each["name"] == "FEDBRIDGE_URL")
    mapping = validate_path(TRUST).documents.mappings["acme-payments-worker"].document
    issuer = validate_path(TRUST).documents.issuers[mapping.issuer].document
    assert [projected["serviceAccountToken"]["audience"]] == [bridge] == list(issuer.audiences)
    account = f"system:serviceaccount:{deployment['metadata']['namespace']}:{pod['serviceAccountName']}"
    assert mapping.match["sub"] == account


def test_a_workload_in_google_cloud_writes_to_an_aws_bucket_with_no_key(laptop: Laptop) -> None:
    with serving(partial(Clouds, bridge=laptop.bridge.url, audience="aws")) as cloud:
        bucket = dict[str, Asked]()

        def put(asked: Asked) -> Reply:
            bucket[asked.path] = asked
            return Reply(b"")

        cloud.on("PUT", "/acme-reports/reports/2026-06-01.csv", put)
        variables = {
            "ROLE_ARN": ROLE,
            "BUCKET": "acme-reports",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": cloud.url,
            **metadata_server(cloud, laptop),
        }
        done = laptop.run("gcp-to-aws/copy_report.py", **variables)
        assert done.stdout == "written: reports/2026-06-01.csv\n", done.stderr
        (written,) = bucket.values()
    assert b"2026-06-01,12" in written.body
    assert "ASIA1" in written.headers["authorization"]
    assert cloud.seen[0]["sub"] == "gcp/acme-data/pipeline"


def test_a_github_job_publishes_and_a_device_fetches_that_by_its_certificate(laptop: Laptop) -> None:
    workflow = yaml.safe_load((EXAMPLES / "github-job" / "release.yaml").read_text())
    job = workflow["jobs"]["publish"]
    assert job["permissions"]["id-token"] == "write"
    program, script, name = job["steps"][-1]["run"].split()
    (laptop.folder / name).write_bytes(b"firmware 7")
    device = {"DEVICE_CERTIFICATE": "press-8.crt", "DEVICE_KEY": "press-8.key", "FIRMWARE": "fetched.bin"}
    with (
        service(laptop, "github-job/artifacts.py") as url,
        serving(partial(Clouds, bridge=laptop.bridge.url, audience="artifacts")) as runner,
    ):
        runner.on("GET", "/id", lambda _: Reply({"value": laptop.token("github")}))
        of_the_runner = {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{runner.url}/id?v=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "for this job",
        }
        assert program == "python"
        published = laptop.run(f"github-job/{script}", name, ARTIFACTS_URL=url, **of_the_runner)
        assert published.stdout == '{"published":"press-7.bin","by":"ci/acme/deployer"}\n', published.stderr
        assert runner.asked[0].query["audience"] == laptop.bridge.url
        fetched = laptop.run("device/press.py", ARTIFACTS_URL=url, SSL_CERT_FILE="ca.pem", **device)
    assert fetched.stdout == "10 bytes of firmware\n", fetched.stderr
    assert (laptop.folder / "fetched.bin").read_bytes() == b"firmware 7"
    assert {"ci/acme/deployer", "device/acme/press-8"} <= set(laptop.principals())


def test_each_stage_of_a_pipeline_has_a_token_for_what_it_does(laptop: Laptop) -> None:
    with (
        service(laptop, "pipeline/warehouse.py") as url,
        serving(partial(Clouds, bridge=laptop.bridge.url, audience="warehouse")) as cloud,
    ):
        variables = {"WAREHOUSE_URL": url, **metadata_server(cloud, laptop)}
        done = laptop.run("pipeline/pipeline.py", **variables)
        assert done.stdout == '{"loaded":"payments_by_day","rows":2,"by":"gcp/acme-data/pipeline"}\n', done.stderr
        tokens = [each for each in laptop.issued() if each["audience"] == ["warehouse"]]
    assert sorted(each["scope"] for each in tokens) == [["warehouse:load"], ["warehouse:query"]]


def test_every_example_is_listed_and_every_link_leads_somewhere() -> None:
    text = (EXAMPLES / "README.md").read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert [link for link in links if not (EXAMPLES / link).exists()] == []
    assert {path.name for path in EXAMPLES.iterdir()} - {"README.md", "__pycache__"} <= set(links)
