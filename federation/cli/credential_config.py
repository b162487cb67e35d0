"""`fedbridge credential-config aws|google|azure|kubernetes|terraform`: files that other tools read."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from msgspec import Struct

from federation.cli.cloud_options import (
    AzureClientId,
    CertificateAuthority,
    OtherSide,
    Provider,
    Region,
    RoleArn,
    Server,
    ServiceAccount,
    TenantId,
)
from federation.cli.failure import USAGE, Failed
from federation.cli.login import Scope
from federation.cli.session import BridgeSession, bridge_command
from federation.cli.subject import AUTO, Source
from federation.cli.token import Audience, Format
from federation.client.clouds.google_names import STS
from federation.client.credential import write_private
from federation.client.formats import aws, google, kubernetes, terraform

EXAMPLE = "Example: fedbridge credential-config kubernetes --audience prod-cluster --server https://k8s.example.com"


class Tool(StrEnum):
    """Whose file."""

    AWS = "aws"
    GOOGLE = "google"
    AZURE = "azure"
    KUBERNETES = "kubernetes"
    TERRAFORM = "terraform"


Which = Annotated[Tool, typer.Argument(help="Whose file to write.")]
TokenFileOption = Annotated[
    Path | None,
    typer.Option("--token-in", metavar="FILE", help="Read the token there (kept by fedbridge exec, or by a timer)."),
]
Url = Annotated[str | None, typer.Option("--token-url", metavar="URL", help="Google: GET the subject token there.")]
UrlHeader = Annotated[
    list[str] | None, typer.Option("--token-url-header", metavar="NAME: VALUE", help="Google: with this header.")
]
UrlMember = Annotated[
    str | None, typer.Option("--token-url-member", metavar="NAME", help="Google: the token's member of a JSON answer.")
]
At = Annotated[
    str | None,
    typer.Option(
        "--exchange-at", metavar="URL", help="Google: the token endpoint, also a bridge's own; default: Google's."
    ),
]
Profile = Annotated[str, typer.Option(metavar="NAME", help="AWS: the profile.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write there, for its owner alone; default: stdout.")]


class _Ours(Struct, frozen=True):
    """Which token, and how it is had."""

    bridge: str
    audience: str
    scope: tuple[str, ...]
    source: str
    token_in: Path | None
    profile: str

    def command(self, format_: Format, *more: str) -> list[str]:
        """What prints it."""
        named = [] if self.source == AUTO else ["--source", self.source]
        scopes = [word for one in self.scope for word in ("--scope", one)]
        asked = ["--url", self.bridge, "--audience", self.audience, *scopes, *named]
        return ["fedbridge", "token", *asked, "--format", format_.value, *more]

    @property
    def file(self) -> str:
        """Where it is kept; raises Failed."""
        if self.token_in is None:
            raise Failed("--token-in is missing", "name a file that is kept fresh: --token-in FILE", code=USAGE)
        return str(self.token_in)


class _TokenUrl(Struct, frozen=True):
    """Google: where the subject token is had by GET, and where it is exchanged."""

    url: str | None
    headers: tuple[str, ...]
    member: str | None
    exchange_at: str | None


@bridge_command
def credential_config(  # noqa: PLR0913 (each is an option of the command)
    session: BridgeSession,
    tool: Which,
    *,
    audience: Audience,
    scope: Scope = None,
    source: Source = "auto",
    profile: Profile = "federation-bridge",
    role_arn: RoleArn = None,
    region: Region = None,
    provider: Provider = None,
    service_account: ServiceAccount = None,
    tenant_id: TenantId = None,
    azure_client_id: AzureClientId = None,
    server: Server = None,
    certificate_authority: CertificateAuthority = None,
    token_in: TokenFileOption = None,
    token_url: Url = None,
    token_url_header: UrlHeader = None,
    token_url_member: UrlMember = None,
    exchange_at: At = None,
    out: Out = None,
) -> None:
    """Write the file by which a cloud's own tools get in by the bridge. It holds no secret, only a command or a name.

    Exits 0, or 2 if something is missing that the file needs.
    """
    other = OtherSide(
        role_arn, region, provider, service_account, tenant_id, azure_client_id, server, certificate_authority
    )
    ours = _Ours(session.bridge, audience, tuple(scope or ()), source, token_in, profile)
    text = _WRITERS[tool](
        ours, other, _TokenUrl(token_url, tuple(token_url_header or ()), token_url_member, exchange_at)
    )
    if session.terminal.as_json:
        session.terminal.answer({"tool": tool.value, "text": text, "file": str(out) if out else None})
    elif out is None:
        sys.stdout.write(text)
    if out is not None:
        write_private(out, text)
        session.terminal.note(f"written to {out}")


def _aws(ours: _Ours, other: OtherSide, _: _TokenUrl) -> str:
    role = other.needed("role_arn", "--role-arn")
    if ours.token_in is not None:
        return aws.web_identity_profile(ours.profile, role, ours.file, other.region)
    command = ours.command(Format.AWS_CREDENTIAL_PROCESS, "--role-arn", role)
    more = ["--region", other.region] if other.region else []
    return aws.process_profile(ours.profile, shlex.join([*command, *more]), other.region)


def _google(ours: _Ours, other: OtherSide, url: _TokenUrl) -> str:
    provider = other.needed("provider", "--provider")
    account = google.external_account(
        provider,
        _google_source(ours, url),
        service_account=other.service_account,
        token_url=url.exchange_at or STS,
    )
    return json.dumps(account, indent=2) + "\n"


def _google_source(ours: _Ours, url: _TokenUrl) -> dict[str, Any]:
    if url.url:
        pairs = [one.partition(":") for one in url.headers]
        headers = {name.strip(): value.strip() for name, _, value in pairs}
        return google.url_source(url.url, headers, url.member)
    if ours.token_in is not None:
        return google.file_source(ours.file)
    command = ours.command(Format.GOOGLE_EXECUTABLE)
    if any(set(word) & set(" \t\"'") for word in command):
        raise Failed("google-auth takes no word with a space or a quote in its command", "name another", code=USAGE)
    return google.executable_source(" ".join(command))


def _azure(ours: _Ours, other: OtherSide, _: _TokenUrl) -> str:
    variables = {
        "AZURE_TENANT_ID": other.needed("tenant_id", "--tenant-id"),
        "AZURE_CLIENT_ID": other.needed("azure_client_id", "--azure-client-id"),
        "AZURE_FEDERATED_TOKEN_FILE": ours.file,
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())


def _kubernetes(ours: _Ours, other: OtherSide, _: _TokenUrl) -> str:
    user = kubernetes.file_user(ours.file) if ours.token_in else kubernetes.exec_user(ours.command(Format.K8S_EXEC))
    server = other.needed("server", "--server")
    return yaml.safe_dump(kubernetes.kubeconfig(ours.audience, server, user, other.authority), sort_keys=False)


def _terraform(ours: _Ours, other: OtherSide, _: _TokenUrl) -> str:
    providers: dict[str, Any] = {}
    if other.role_arn:
        providers["aws"] = terraform.aws(other.role_arn, ours.file, other.region)
    if other.tenant_id or other.azure_client_id:
        directory = other.needed("tenant_id", "--tenant-id")
        providers["azurerm"] = terraform.azurerm(
            directory, other.needed("azure_client_id", "--azure-client-id"), ours.file
        )
    if other.server:
        command = ours.command(Format.K8S_EXEC)
        providers["kubernetes"] = terraform.kubernetes(other.server, command, other.authority)
    if not providers:
        raise Failed("which provider?", "name --role-arn, --tenant-id or --server", code=USAGE)
    return json.dumps({"provider": providers}, indent=2) + "\n"


_WRITERS: Mapping[Tool, Callable[[_Ours, OtherSide, _TokenUrl], str]] = {
    Tool.AWS: _aws,
    Tool.GOOGLE: _google,
    Tool.AZURE: _azure,
    Tool.KUBERNETES: _kubernetes,
    Tool.TERRAFORM: _terraform,
}
