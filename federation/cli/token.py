"""`fedbridge token`: the credential at hand -> a token of the bridge, in the form that its reader wants."""

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from federation.cli.bridge import key_in
from federation.cli.cloud_options import Region, RoleArn
from federation.cli.completion import complete_audience
from federation.cli.console import Terminal
from federation.cli.failure import FAILED, USAGE, Failed
from federation.cli.login import Scope
from federation.cli.session import BridgeSession, bridge_command
from federation.cli.subject import ClientId, Issuer, Source, Subject, Wish, read_token_file, source_of, subject_token
from federation.client.credential import write_private
from federation.client.errors import ClientError, library
from federation.client.exchange import Token, Wanted, exchange
from federation.client.formats import google, kubernetes
from federation.client.key import DpopKey
from federation.client.token import FederatedToken

EXAMPLE = "Example: fedbridge token --audience risk-engine --scope risk:score:read --source file:partner.jwt"


class Format(StrEnum):
    """How the token is printed."""

    TOKEN = "token"
    HEADER = "header"
    ENV = "env"
    K8S_EXEC = "k8s-exec"
    GOOGLE_EXECUTABLE = "google-executable"
    AWS_CREDENTIAL_PROCESS = "aws-credential-process"


Audience = Annotated[
    str, typer.Option(metavar="ID", help="The target that the token is for.", autocompletion=complete_audience)
]
DpopKeyFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Bind the token to the key in this file; it is made if it is not there."),
]
ActorTokenFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The token of the actor, who acts for the subject of yours.")
]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        help="header: for curl -H @-; env: for eval; k8s-exec: kubectl's exec plugin; google-executable: "
        "google-auth's; aws-credential-process: the AWS SDKs' (with --role-arn).",
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write there, for its owner alone, and print nothing.")]


@bridge_command
def token(  # noqa: PLR0913 (each is an option of the command)
    session: BridgeSession,
    *,
    audience: Audience,
    scope: Scope = None,
    source: Source = "auto",
    issuer: Issuer = None,
    client_id: ClientId = None,
    dpop_key_file: DpopKeyFile = None,
    actor_token_file: ActorTokenFile = None,
    format: FormatOption = Format.TOKEN,  # noqa: A002 (the option's name)
    role_arn: RoleArn = None,
    region: Region = None,
    out: Out = None,
) -> None:
    """Exchange your own token for one of the bridge's (RFC 8693) and print it. A file gets no newline at its end.

    Exits 0 with a token, 1 if the bridge refuses, 2 if it is not clear where or with what.
    """
    if dpop_key_file and format is not Format.TOKEN:
        raise Failed(f"--format {format.value} takes no bound token", "leave out --dpop-key-file", code=USAGE)
    wish = Wish(source, session.bridge, session.terminal.ask, issuer, client_id)
    wanted = Wanted(audience, " ".join(scope) if scope else None)
    if format is Format.AWS_CREDENTIAL_PROCESS:
        _put(session.terminal, aws_answer(wish, wanted, role_arn, region), out)
        return
    try:
        issued = _issued(session, wish, wanted, actor_token_file, key_in(dpop_key_file) if dpop_key_file else None)
    except (ClientError, OSError) as error:
        _fail(format, error)
    _tell(session.terminal, issued, format, out)


def _issued(
    session: BridgeSession, wish: Wish, wanted: Wanted, actor_token_file: Path | None, key: DpopKey | None
) -> Token:
    subject = subject_token(wish)
    actor = Subject(read_token_file(actor_token_file)) if actor_token_file else None
    return exchange(session.bridge, subject, wanted, actor=actor, key=key)


def aws_answer(wish: Wish, wanted: Wanted, role_arn: str | None, region: str | None) -> str:
    """Credentials of a role, as `credential_process` has them; raises ClientError, Failed."""
    if not role_arn:
        raise Failed("which role?", "name it: --role-arn arn:aws:iam::ACCOUNT:role/NAME", code=USAGE)
    exit_ = library("federation.client.clouds.aws", "--format aws-credential-process", "aws")
    federated = FederatedToken(wish.bridge, wanted.audience, wanted.scope, source=source_of(wish), bound=False)
    return str(exit_.process_answer(federated, role_arn, region))


def _fail(format_: Format, error: ClientError | OSError) -> NoReturn:
    """google-auth shows what its executable prints, whatever it exits with."""
    if format_ is Format.GOOGLE_EXECUTABLE:
        code = getattr(error, "error", type(error).__name__)
        print(google.executable_failure(str(code), str(error)))
        raise typer.Exit(FAILED) from None
    raise error


def _tell(terminal: Terminal, issued: Token, format_: Format, out: Path | None) -> None:
    members = ("access_token", "token_type", "expires_at", "scope")
    if terminal.as_json:
        terminal.answer({name: getattr(issued, name) for name in members})
    else:
        _put(terminal, _written(issued, format_), out)


def _written(issued: Token, format_: Format) -> str:
    match format_:
        case Format.HEADER:
            return f"Authorization: Bearer {issued.access_token}"
        case Format.ENV:
            named = {"FEDBRIDGE_ACCESS_TOKEN": issued.access_token, "FEDBRIDGE_EXPIRES_AT": str(issued.expires_at)}
            return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in named.items())
        case Format.K8S_EXEC:
            return kubernetes.exec_credential(issued.access_token, issued.expires_at)
        case Format.GOOGLE_EXECUTABLE:
            return google.executable_answer(issued.access_token, issued.expires_at)
        case _:
            return issued.access_token


def _put(terminal: Terminal, text: str, out: Path | None) -> None:
    """google-auth, botocore and azure-identity send a token file as it stands, newline and all."""
    if out is None:
        print(text, end="\n" if sys.stdout.isatty() else "")
        return
    write_private(out, text)
    terminal.note(f"written to {out}")
