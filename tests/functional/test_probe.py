"""`fedbridge probe` against a whole bridge over HTTP, and against one that lets an attack through."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from federation.aws.probe_key import probe_key_of
from federation.local.bridge import LocalBridge
from federation.local.requests import GatewayResponse
from federation.local.server import Server, listen
from federation.local.serving import ServeOptions, serving
from federation.prober.aim import Aim
from federation.prober.identity import made_key
from federation.prober.laptop import KEY_FILE, key_in, set_up, write_trust
from federation.prober.run import Outcome, probe
from tests.support.cli_runs import fedbridge


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("prober")
    set_up(made)
    return made


@pytest.fixture(scope="module")
def bridge(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBridge]:
    trust = tmp_path_factory.mktemp("trust")
    write_trust(trust, key_in(folder / KEY_FILE).jwk)
    with serving(ServeOptions(trust=trust)) as served:
        yield served


def test_every_attack_is_refused_as_it_must_be(bridge: LocalBridge, folder: Path) -> None:
    done = fedbridge("probe", bridge.url, "--key", str(folder / KEY_FILE), "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0, done.stdout
    assert (told["known"], told["refused"], told["succeeded"], told["unclear"]) == (True, 25, 0, 0)
    assert len({one["name"] for one in told["results"]}) == 25
    again = fedbridge("probe", bridge.url, "--key", str(folder / KEY_FILE))
    assert "25 refused" in again.stdout


def test_a_bridge_that_does_not_know_the_prober_is_told_apart(bridge: LocalBridge) -> None:
    done = fedbridge("probe", bridge.url, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["known"], told["control"]) == (0, False, "unknown_key")
    assert (told["refused"], told["not_tried"]) == (5, 20)


def test_an_attack_that_succeeds_is_said(bridge: LocalBridge, folder: Path) -> None:
    """The stranger's key is the issuer's own here: what it signs is not forged at all."""
    own = key_in(folder / KEY_FILE)
    report = probe(Aim(bridge.url, bridge.url, own, own))
    succeeded = {(one.row, one.name) for one in report.of(Outcome.SUCCEEDED)}
    assert ("B5", "a stranger's signature under a known kid") in succeeded


def test_a_bridge_that_says_yes_to_everything_ends_the_command_with_1(folder: Path) -> None:
    yes = GatewayResponse(200, b'{"access_token": "t"}', (("content-type", "application/json"),))
    with Server(listen(0), lambda _request: yes) as careless:
        done = fedbridge("probe", careless.url, "--key", str(folder / KEY_FILE), "--json")
    assert (done.exit_code, json.loads(done.stdout)["succeeded"]) == (1, 25)


def test_no_answer_is_no_refusal(folder: Path) -> None:
    done = fedbridge("probe", "http://127.0.0.1:9", "--key", str(folder / KEY_FILE))
    assert done.exit_code == 1


def test_the_scheduled_probers_key_never_leaves_kms() -> None:
    with mock_aws():
        kms = boto3.client("kms", "eu-west-1")
        arn = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        key = probe_key_of(kms, arn)
        assert set(key.jwk) == {"kty", "n", "e", "kid", "alg", "use"}
        with pytest.raises(OSError, match="KMS"):
            probe_key_of(kms, "alias/none")
        assert key.token({"sub": "prober"}).count(".") == 2


def test_an_encrypted_or_foreign_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("no key")
    assert fedbridge("probe", "http://127.0.0.1:9", "--key", str(tmp_path / "k")).exit_code == 2
    assert made_key()[0].jwk["kid"] != made_key()[0].jwk["kid"]
