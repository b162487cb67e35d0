"""`sam build` and `sam deploy` as anybody runs them, for the machine that they run on."""

import os
import platform
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from tests.deployed.cloud import ROOT, Cloud
from tests.deployed.idp import IdentityProvider

SAM = ROOT / ".venv-sam/bin/sam"
BUILT = ROOT / ".aws-sam/deployed"
STACK = "federation-bridge"
NESTED = "AWS::CloudFormation::Stack"
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
"""What the machine calls it -> what Lambda does."""


class SamFailed(Exception):
    """Says what SAM printed at its end."""


@dataclass
class Stack:
    """The deployed stack; `parameters` are those of the last deployment."""

    cloud: Cloud
    idp: IdentityProvider
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def architecture(self) -> str:
        return ARCHITECTURES[platform.machine()]

    def build(self) -> None:
        environment = {"LAMBDA_ARCHITECTURE": self.architecture, "LAMBDA_RUNTIME": self.cloud.version}
        compiler = {"LAMBDA_PYTHON": self.cloud.python}
        arguments: list[str | Path] = [
            "--build-dir",
            BUILT,
            "--parameter-overrides",
            f"Architecture={self.architecture}",
        ]
        _sam(environment | compiler, "build", *arguments)

    def deploy(self, **parameters: str) -> None:
        """`parameters`: in addition to those of the deployment before."""
        self.parameters |= {"Architecture": self.architecture, **parameters}
        given = [f"{name}={value}" for name, value in self.parameters.items()]
        where: list[str | Path] = ["--template-file", BUILT / "template.yaml", "--config-file", ROOT / "samconfig.toml"]
        answers = ["--no-confirm-changeset", "--no-progressbar", "--parameter-overrides", *given]
        _sam(self.cloud.environment, "deploy", *where, *answers)

    def delete(self) -> None:
        """By CloudFormation: `sam delete` takes a nested stack's template from a host of AWS alone."""
        cloudformation = self.client("cloudformation")
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK)

    @property
    def outputs(self) -> Mapping[str, str]:
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def resources(self, kind: str) -> Mapping[str, str]:
        """Logical id -> physical id of one type, in nested stacks as well."""
        return dict(_resources(self.client("cloudformation"), STACK, kind))

    def resource(self, logical_id: str) -> str:
        """Its physical id."""
        return {**dict(_resources(self.client("cloudformation"), STACK))}[logical_id]

    @property
    def url(self) -> str:
        return self.outputs["IssuerUrl"]

    def client(self, service: str, **credentials: str) -> Any:  # noqa: ANN401 (boto3's client)
        """As the account's administrator, or with other credentials."""
        account = {
            "aws_access_key_id": self.cloud.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.cloud.environment["AWS_SECRET_ACCESS_KEY"],
        }
        where = {
            "endpoint_url": self.cloud.endpoint,
            "verify": self.cloud.environment["AWS_CA_BUNDLE"],
            "region_name": self.cloud.environment["AWS_REGION"],
        }
        return boto3.client(service, **where, **(credentials or account))  # type: ignore[call-overload]


def _resources(cloudformation: Any, stack: str, kind: str | None = None) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == NESTED:
                yield from _resources(cloudformation, one["PhysicalResourceId"], kind)
            if kind in (None, one["ResourceType"]):
                yield one["LogicalResourceId"], one["PhysicalResourceId"]


def _sam(environment: Mapping[str, str], command: str, *arguments: str | Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ended = subprocess.run(
        [SAM, command, *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SamFailed(f"sam {command}: {(ended.stdout + ended.stderr)[-3000:]}")
