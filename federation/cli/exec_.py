"""`fedbridge exec -- COMMAND`: a command with a token that is kept fresh while it runs."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from federation.cli.cloud_options import (
    AzureClientId,
    CertificateAuthority,
    Cloud,
    OtherSide,
    Provider,
    Region,
    RoleArn,
    Server,
    ServiceAccount,
    TenantId,
    VaultAddress,
    VaultRole,
)
from federation.cli.failure import Failed
from federation.cli.kept_token import KeptToken
from federation.cli.login import Scope
from federation.cli.session import BridgeSession, bridge_command
from federation.cli.subject import ClientId, Issuer, Source, Wish, source_of
from federation.cli.token import Audience
from federation.client.clouds.vault import vault_login
from federation.client.formats import google, kubernetes
from federation.client.formats.aws import SESSION_NAME
from federation.client.token import FederatedToken

EXAMPLE = "Example: fedbridge exec --audience aws --cloud aws --role-arn arn:aws:iam::123456789012:role/R -- aws s3 ls"
CONTEXT: Final = {"ignore_unknown_options": False, "allow_interspersed_args": False}
NOT_FOUND, NOT_RUN = 127, 126

Command = Annotated[list[str], typer.Argument(metavar="-- COMMAND", help="The command and its arguments.")]
CloudOption = Annotated[Cloud | None, typer.Option(help="In this cloud's own variables; else FEDBRIDGE_ACCESS_TOKEN.")]
Variables = dict[str, str | None]
"""Name -> value; None: taken away, since it would win."""


@bridge_command
def run_with_token(  # noqa: PLR0913 (each is an option of the command)
    session: BridgeSession,
    command: Command,
    *,
    audience: Audience,
    scope: Scope = None,
    source: Source = "auto",
    issuer: Issuer = None,
    client_id: ClientId = None,
    cloud: CloudOption = None,
    role_arn: RoleArn = None,
    region: Region = None,
    provider: Provider = None,
    service_account: ServiceAccount = None,
    tenant_id: TenantId = None,
    azure_client_id: AzureClientId = None,
    server: Server = None,
    certificate_authority: CertificateAuthority = None,
    vault_address: VaultAddress = None,
    vault_role: VaultRole = None,
) -> None:
    """Run a command with a token of the bridge, which is replaced in its file before it ends, and gone afterwards.

    Exits as the command does; 1 without a token, 2 if it is not clear which, 127 if there is no such command.
    """
    other = OtherSide(
        role_arn,
        region,
        provider,
        service_account,
        tenant_id,
        azure_client_id,
        server,
        certificate_authority,
        vault_address,
        vault_role,
    )
    wish = Wish(source, session.bridge, session.terminal.ask, issuer, client_id)
    token = FederatedToken(session.bridge, audience, scope, source=source_of(wish), bound=False)
    with KeptToken(token, session.terminal.note) as kept:
        variables = _VARIABLES[cloud](kept, token, other)
        raise typer.Exit(_run(command, _environment(os.environ, variables)))


def _plain(kept: KeptToken, token: FederatedToken, _: OtherSide) -> Variables:
    return {"FEDBRIDGE_ACCESS_TOKEN": token.get().access_token, "FEDBRIDGE_ACCESS_TOKEN_FILE": str(kept.file)}


def _aws(kept: KeptToken, _: FederatedToken, other: OtherSide) -> Variables:
    return {
        "AWS_ROLE_ARN": other.needed("role_arn", "--role-arn"),
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(kept.file),
        "AWS_ROLE_SESSION_NAME": SESSION_NAME,
        **({"AWS_REGION": other.region, "AWS_DEFAULT_REGION": other.region} if other.region else {}),
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")),
    }


def _google(kept: KeptToken, _: FederatedToken, other: OtherSide) -> Variables:
    source = google.file_source(str(kept.file))
    account = google.external_account(
        other.needed("provider", "--provider"), source, service_account=other.service_account
    )
    file = str(kept.beside("google.json", json.dumps(account)))
    return {"GOOGLE_APPLICATION_CREDENTIALS": file, "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": file}


def _azure(kept: KeptToken, _: FederatedToken, other: OtherSide) -> Variables:
    return {
        "AZURE_TENANT_ID": other.needed("tenant_id", "--tenant-id"),
        "AZURE_CLIENT_ID": other.needed("azure_client_id", "--azure-client-id"),
        "AZURE_FEDERATED_TOKEN_FILE": str(kept.file),
        **dict.fromkeys(("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME")),
    }


def _kubernetes(kept: KeptToken, _: FederatedToken, other: OtherSide) -> Variables:
    user = kubernetes.file_user(str(kept.file))
    config = kubernetes.kubeconfig("federation-bridge", other.needed("server", "--server"), user, other.authority)
    return {"KUBECONFIG": str(kept.beside("kubeconfig", json.dumps(config)))}


def _vault(_: KeptToken, token: FederatedToken, other: OtherSide) -> Variables:
    address = other.needed("vault_address", "--vault-address")
    logged_in = vault_login(token, address, other.needed("vault_role", "--vault-role"))
    return {"VAULT_TOKEN": logged_in.token, "VAULT_ADDR": address}


_VARIABLES: Mapping[Cloud | None, Callable[[KeptToken, FederatedToken, OtherSide], Variables]] = {
    None: _plain,
    Cloud.AWS: _aws,
    Cloud.GOOGLE: _google,
    Cloud.AZURE: _azure,
    Cloud.KUBERNETES: _kubernetes,
    Cloud.VAULT: _vault,
}


def _environment(given: Mapping[str, str], variables: Variables) -> dict[str, str]:
    kept = {name: value for name, value in given.items() if name not in variables}
    return kept | {name: value for name, value in variables.items() if value is not None}


def _run(command: list[str], environment: Mapping[str, str]) -> int:
    """The command's exit code; of a signal, 128 and its number, as shells have it."""
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 (the caller's own command)
    except FileNotFoundError:
        raise Failed(f"there is no command {command[0]}", "look at its name", code=NOT_FOUND) from None
    except OSError as error:
        raise Failed(f"{command[0]} cannot be run: {error.strerror}", "look at its rights", code=NOT_RUN) from None
    with _handing_on(process):
        code = process.wait()
    return 128 - code if code < 0 else code


class _handing_on:  # noqa: N801 (used as a statement)
    """Signals that end this process end the command first."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def __enter__(self) -> None:
        self._before = {each: signal.signal(each, self._hand_on) for each in (signal.SIGTERM, signal.SIGHUP)}
        self._before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda *_: None)  # the terminal tells both

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hand_on(self, number: int, _frame: object) -> None:
        self._process.send_signal(number)
