"""Every place of an identity: not here and why, here and good, here but broken and what to do. `id` is the oracle."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from federation.client.errors import BrokenSource, NoIdentity, SeveralIdentities, UnknownSource
from federation.client.identity import Subject
from federation.client.sources.choice import find_source, found_here
from federation.client.sources.reading import output_of
from federation.client.sources.source import Asked, Surroundings
from tests.support.fake_bridge import FakeBridge, Reply, fake_bridge

BRIDGE = "https://federation.example.com"
SECRET = "job-secret"


def signed(**claims: Any) -> str:  # noqa: ANN401 (claims)
    """A token that says so; nobody verifies it here."""
    return jwt.encode({"aud": BRIDGE, "exp": int(time.time()) + 300, **claims}, "k" * 32, "HS256")


@pytest.fixture
def service() -> Iterator[FakeBridge]:
    with fake_bridge() as service:
        yield service


def here(name: str, environment: dict[str, str], root: Path = Path("/nowhere")) -> Subject:
    return find_source(name, Surroundings(environment=environment, root=root)).subject(BRIDGE)


def id_finds(environment: dict[str, str]) -> str:
    """What PyPI `id` detects in that environment."""
    script = f"import id; print(id.detect_credential({BRIDGE!r}))"
    variables = {"PATH": os.environ["PATH"], **environment}
    done = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def actions(service: FakeBridge, **more: str) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{service.url}/id?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": SECRET,
        **more,
    }


@pytest.mark.parametrize("name", ["github", "forgejo", "auto"])
def test_a_job_of_actions_asks_its_runner_for_a_token_for_the_bridge(service: FakeBridge, name: str) -> None:
    token = signed()
    service.on("GET", "/id", Reply({"value": token}))
    environment = actions(service, **({"FORGEJO_ACTIONS": "true"} if name == "forgejo" else {}))
    assert here(name, environment).token == token
    asked = service.asked[-1]
    assert (asked.query, asked.headers["authorization"]) == (
        {"api-version": "2", "audience": BRIDGE},
        f"Bearer {SECRET}",
    )
    if name == "github":
        assert id_finds(environment) == token


@pytest.mark.parametrize(
    "answer",
    [
        Reply({"value": "x"}, 403),
        Reply(b"<html>"),
        Reply({}),
        Reply(status=0),
        Reply({"value": ""}),
        Reply({"value": "a b"}),
    ],
)
def test_a_runner_that_gives_none_is_told_without_its_answer(service: FakeBridge, answer: Reply) -> None:
    service.on("GET", "/id", answer)
    with pytest.raises(BrokenSource) as caught:
        here("github", actions(service))
    assert SECRET not in f"{caught.value!r}{caught.value}"


def test_a_token_for_somebody_else_is_not_handed_on(service: FakeBridge) -> None:
    service.on("GET", "/id", Reply({"value": signed(aud="https://github.com/acme")}))
    with pytest.raises(BrokenSource, match=r"gave a token for https://github\.com/acme, not for"):
        here("github", actions(service))


def test_a_job_that_may_not_ask_is_told_how_to(service: FakeBridge) -> None:
    with pytest.raises(BrokenSource) as caught:
        here("auto", {"GITHUB_ACTIONS": "true"})
    assert caught.value.next == "give the job permissions: {id-token: write}"
    assert service.asked == []


IN_A_VARIABLE = {
    "gitlab": ({"GITLAB_CI": "true"}, "FEDBRIDGE_ID_TOKEN"),
    "bitbucket": ({"BITBUCKET_BUILD_NUMBER": "7"}, "BITBUCKET_STEP_OIDC_TOKEN"),
    "terraform": ({"TFC_RUN_ID": "run-1"}, "TFC_WORKLOAD_IDENTITY_TOKEN"),
    "vercel": ({"VERCEL": "1"}, "VERCEL_OIDC_TOKEN"),
    "env": ({}, "FEDBRIDGE_SUBJECT_TOKEN"),
}


@pytest.mark.parametrize("name", IN_A_VARIABLE)
def test_a_place_that_puts_it_into_a_variable(name: str) -> None:
    sign, variable = IN_A_VARIABLE[name]
    token = signed(aud="ari:cloud:bitbucket::workspace/x")
    for text in (token, f"{token}\n", f" {token} \r\n"):
        assert here(name, {**sign, variable: text}).token == token
        assert here("auto", {**sign, variable: text}).token == token
    with pytest.raises(BrokenSource, match=f"{variable} is not set|{variable} nor"):
        here(name, sign)
    with pytest.raises(BrokenSource, match="expired"):
        here(name, {**sign, variable: signed(exp=int(time.time()) - 3600)})
    with pytest.raises(BrokenSource, match="no token"):
        here(name, {**sign, variable: "two words"})


def test_gitlab_has_it_where_id_looks_too() -> None:
    token = signed()
    environment = {"GITLAB_CI": "true", "HTTPS___FEDERATION_EXAMPLE_COM_ID_TOKEN": token}
    assert here("gitlab", environment).token == id_finds(environment) == token


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


COMMANDS = {
    "circleci": ({"CIRCLECI": "true"}, "circleci", f'run oidc get --claims {{"aud": "{BRIDGE}"}}'),
    "buildkite": (
        {"BUILDKITE": "true"},
        "buildkite-agent",
        f"oidc request-token --audience {BRIDGE} --claim organization_id,pipeline_id",
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_place_whose_own_command_has_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign, command, arguments = COMMANDS[name]
    token = signed()
    program(tmp_path, command, f'echo "$*" > {tmp_path}/asked; echo {token}')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert here(name, sign).token == token
    assert (tmp_path / "asked").read_text().strip() == arguments
    assert id_finds(sign) == token


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo secret >&2; exit 4", "exit code 4"), ("echo", "no token"), ("exec sleep 60", "did not end")],
)
def test_a_command_that_has_none_is_told_and_does_not_hang(tmp_path: Path, script: str, said: str) -> None:
    program(tmp_path, "agent", script)
    with pytest.raises(BrokenSource, match=said) as caught:
        output_of([str(tmp_path / "agent")], "command", timeout=0.5)
    assert "secret" not in str(caught.value)


def test_a_command_of_ones_own_is_split_as_a_shell_would_and_read_by_none(tmp_path: Path) -> None:
    program(tmp_path, "agent", 'test "$1" = "a b" && test "$2" = "\\$HOME;id" && echo own.own.own')
    assert here(f"command:{tmp_path}/agent 'a b' '$HOME;id'", {}).token == "own.own.own"


def test_azure_pipelines_are_asked_by_post_for_their_service_connection(service: FakeBridge) -> None:
    service.on("POST", "/oidc", Reply({"oidcToken": "az.az.az"}))
    environment = {"TF_BUILD": "True", "SYSTEM_OIDCREQUESTURI": f"{service.url}/oidc", "SYSTEM_ACCESSTOKEN": SECRET}
    assert here("auto", environment).token == "az.az.az"
    assert service.asked[-1].query == {"api-version": "7.1"}
    here("azure-pipelines:connection-1", environment)
    assert service.asked[-1].query["serviceConnectionId"] == "connection-1"
    with pytest.raises(BrokenSource) as caught:
        here("auto", {**environment, "SYSTEM_ACCESSTOKEN": ""})
    assert "System.AccessToken" in caught.value.next


def test_a_pods_projected_token_is_read_again_as_it_rotates(tmp_path: Path) -> None:
    file = tmp_path / "var/run/secrets/federation-bridge/token"
    file.parent.mkdir(parents=True)
    first, second = signed(jti="1"), signed(jti="2")
    file.write_text(first)
    assert here("auto", {}, tmp_path).token == first
    (tmp_path / "next").write_text(second)
    (tmp_path / "next").replace(file)
    assert here("kubernetes", {}, tmp_path).token == second
    file.write_text(signed(aud="https://kubernetes.default.svc"))
    with pytest.raises(BrokenSource) as caught:
        here("kubernetes", {}, tmp_path)
    assert f"audience: {BRIDGE}" in caught.value.next


def test_a_file_that_is_just_being_written_is_read_once_more(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch()
    script = f"import time, pathlib; time.sleep(0.05); pathlib.Path({str(file)!r}).write_text({signed()!r})"
    with subprocess.Popen([sys.executable, "-S", "-c", script]) as writer:
        deadline = time.monotonic() + 30
        while not file.read_text() and time.monotonic() < deadline:
            try:
                here(f"file:{file}", {})
            except BrokenSource as error:
                assert "no token" in str(error)  # noqa: PT017 (it may be too early each time)
        writer.wait()
    assert here(f"file:{file}", {}).token == file.read_text()


@pytest.mark.parametrize(
    ("text", "said"), [("", "no token"), ("a b", "no token"), ("é", "no token"), (None, "cannot be read")]
)
def test_a_file_without_a_token_is_told(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BrokenSource, match=said):
        here(f"file:{file}", {})


def test_a_stale_file_is_told_with_its_age_but_not_for_two_minutes_of_another_clock(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(signed(exp=int(time.time()) - 60))
    assert here(f"file:{file}", {}).token
    file.write_text(signed(exp=int(time.time()) - 600))
    with pytest.raises(BrokenSource, match=r"expired 60[0-9] s ago"):
        here(f"file:{file}", {})


def test_nowhere_every_place_is_listed_with_the_reason() -> None:
    with pytest.raises(NoIdentity) as caught:
        here("auto", {})
    looked = dict(caught.value.looked_for)
    assert looked["github"] == "GITHUB_ACTIONS is not set"
    assert all(f"{name}: {why}" in str(caught.value) for name, why in looked.items())
    assert {"gitlab", "kubernetes", "spiffe", "google", "azure", "aws", "azure-pipelines"} <= looked.keys()


def test_two_are_both_named_and_none_is_taken(service: FakeBridge) -> None:
    environment = actions(service, FEDBRIDGE_SUBJECT_TOKEN=signed())
    with pytest.raises(SeveralIdentities) as caught:
        here("auto", environment)
    assert caught.value.found == ("env", "github")
    assert service.asked == []
    assert here("auto", {**environment, "FEDBRIDGE_SOURCE": "env"}).token == environment["FEDBRIDGE_SUBJECT_TOKEN"]


MACHINES = {
    "google": ("product_name", "Google Compute Engine"),
    "azure": ("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77"),
    "aws": ("sys_vendor", "Amazon EC2"),
}


@pytest.mark.parametrize("name", MACHINES)
def test_a_clouds_machine_is_known_without_asking_the_network_and_only_where_nothing_else_speaks(
    name: str, tmp_path: Path
) -> None:
    file, text = MACHINES[name]
    (tmp_path / "sys/class/dmi/id").mkdir(parents=True)
    (tmp_path / "sys/class/dmi/id" / file).write_text(f"{text}\n")
    assert found_here(Surroundings(environment={}, root=tmp_path)).name == name
    assert found_here(Surroundings(environment={"GITLAB_CI": "true"}, root=tmp_path)).name == "gitlab"


@pytest.mark.parametrize("name", ["gopher", "file", "file:", "github:x", "mtls", "command", "device", ""])
def test_what_is_no_source_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(UnknownSource) as caught:
        find_source(name, Surroundings(environment={}))
    assert "file:PATH" in caught.value.next


def test_no_repr_shows_a_token() -> None:
    token = signed()
    assert token not in repr(Subject(token))
    around = Surroundings(environment={"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "s3cr3t", "FEDBRIDGE_SUBJECT_TOKEN": token})
    for one in (around, Asked(BRIDGE, around=around), find_source("github", around), find_source("auto", around)):
        assert not {"s3cr3t", token} & set(re.findall(r"[\w.-]+", f"{one!r} {one}"))
