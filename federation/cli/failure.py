"""What went wrong, said once and in one way: what, where, and what to do next."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import typer
from msgspec import Struct
from rich.text import Text

from federation.cli.console import Terminal, print_json, printable
from federation.client.admin import AdminRefused
from federation.client.credential import NoCredential
from federation.client.errors import ClientError, NoIdentity, Refused, SeveralIdentities, UnknownSource

FAILED = 1
USAGE = 2


class Problem(Struct, frozen=True):
    """A problem as the bridge tells it."""

    message: str
    next: str = ""
    """What to do."""
    status: int | None = None
    """HTTP; None: it did not come to that."""
    code: str = ""
    """The bridge's own name for it."""
    correlation_id: str = ""
    errors: Sequence[Mapping[str, Any]] = ()
    """Places in what was sent."""


class Failed(Exception):
    """The command cannot go on."""

    def __init__(self, message: str, next_: str = "", *, code: int = FAILED) -> None:
        """`code`: the process's own."""
        super().__init__(message)
        self.problem = Problem(message, next_)
        self.exit_code = code


@contextmanager
def failing_well(terminal: Terminal, url: str = "the bridge") -> Iterator[None]:
    """Tells of every failure that a command may meet, and ends it with an honest code; no traceback."""
    try:
        yield
    except Failed as failed:
        _end(terminal, failed.problem, failed.exit_code)
    except AdminRefused as refused:
        _end(terminal, of_admin_api(refused))
    except Refused as refused:
        _end(terminal, of_exchange(refused))
    except ClientError as error:
        _end(terminal, of_client(error), USAGE if isinstance(error, _UNCLEAR) else FAILED)
    except NoCredential as error:
        _end(terminal, Problem(str(error)))
    except OSError as error:
        _end(terminal, of_connection(error, url))


_UNCLEAR = (NoIdentity, SeveralIdentities, UnknownSource)
"""It is not clear with what to go on."""


def of_client(error: ClientError) -> Problem:
    """Of the library that callers install."""
    if isinstance(error, NoIdentity):
        places = [{"document": name, "detail": why} for name, why in error.looked_for]
        return Problem(str(error).partition(";")[0], "say where it is: --source file:PATH", errors=places)
    if isinstance(error, SeveralIdentities):
        return Problem(str(error), f"name the one to use: --source {error.found[0]}, or FEDBRIDGE_SOURCE")
    return Problem(str(error), error.next)


_TRUST = "check the URL; an authority that this machine does not know is named by SSL_CERT_FILE"


def of_connection(error: OSError, url: str) -> Problem:
    """There is no answer, or none in HTTP."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Problem(f"{url} does not prove to be who it says: {error.verify_message}", _TRUST)
    if error.filename:
        return Problem(f"{error.filename}: {error.strerror}")
    return Problem(f"no bridge answers at {url}", "check --url or FEDBRIDGE_URL, and whether the bridge runs")


def of_exchange(refused: Refused) -> Problem:
    """The token endpoint's refusal: its description says what to do."""
    hint = _SCOPES if refused.error == "invalid_scope" else _OF_TOKENS.get(refused.description.partition(":")[0], "")
    waiting = f"wait for approval {refused.approval_id}, then repeat" if refused.approval_id else hint
    return Problem(
        f"{refused.error}: {refused.description}", waiting, refused.status, refused.error, refused.correlation_id
    )


_OF_TOKENS = {
    "token_expired": "the token that expired is the one that you brought, of --source: fetch a fresh one there",
    "token_expires_too_soon": "the token with too little left is the one that you brought, of --source",
}
_SCOPES = "name what you are granted: --scope, once for each; without one you get the default_scopes of the grant"


def of_admin_api(refused: AdminRefused) -> Problem:
    """The admin API's refusal."""
    errors = refused.problem.get("errors")
    return Problem(
        str(refused),
        _next(refused),
        refused.status,
        str(refused.problem.get("code", "")),
        refused.correlation_id,
        errors if isinstance(errors, list) else (),
    )


def _next(refused: AdminRefused) -> str:
    """What to do, by the API's own name for the problem if it is the API that answered."""
    code = refused.problem.get("code")
    if refused.status == HTTPStatus.NOT_FOUND and code is None:
        return "look at the URL, and whether the bridge there has an admin API"
    return _NEXT_BY_CODE.get(str(code), _NEXT.get(refused.status, ""))


_NEXT_BY_CODE: Mapping[str, str] = {
    "token_expired": "the token that expired is your admin token: log in again: fedbridge login",
    "no_such_resource": "compare the version of that bridge's admin API with yours: fedbridge --version",
    "own_way_in": "make a second way in, log in by it, and write this then; or ask another admin to",
    "last_admin": "make another admin first",
    "new_admin": "ask an admin who was one before; fedbridge pending shows what waits",
    "own_document": "ask another admin; fedbridge pending shows them what waits",
    "own_request": "ask another person who may decide",
    "outside_tenant": "ask a global admin, or leave it out of the folder",
    "beyond_own_rights": "ask an admin who has these rights",
    "cannot_confirm": "see what waits, and its version: fedbridge pending",
    "revision_moved": "plan again: fedbridge plan DIR",
    "already_decided": "see what was said: fedbridge approvals list",
    "no_such_approval": "see what waits: fedbridge approvals list",
    "standby_not_seen": "see from when on it can sign: fedbridge keys list",
    "last_signing_key": "see which keys there are: fedbridge keys list",
    "key_gone": "see which keys there are: fedbridge keys list",
    "no_such_key": "take the whole id: fedbridge keys list",
    "no_such_record": "look at the id and the bridge's URL; an older request takes --since",
}
_NEXT: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "log in again: fedbridge login",
    HTTPStatus.FORBIDDEN: "log in with the scope that this takes (fedbridge login --scope), or ask an admin who has it",
    HTTPStatus.NOT_FOUND: "look at the name",
    HTTPStatus.CONFLICT: "see what stands now, then repeat",
    HTTPStatus.PRECONDITION_FAILED: "it was written meanwhile: pull, and plan again: fedbridge plan DIR",
    HTTPStatus.TOO_MANY_REQUESTS: "wait a little, then repeat",
    HTTPStatus.SERVICE_UNAVAILABLE: "wait a little, then repeat",
}


def _end(terminal: Terminal, problem: Problem, code: int = FAILED) -> None:
    if terminal.as_json:
        print_json({"error": _members(problem)})
    else:
        _tell(terminal, problem)
    raise typer.Exit(code)


def _tell(terminal: Terminal, problem: Problem) -> None:
    console = terminal.asides
    console.print(Text(printable(problem.message), "red"), soft_wrap=True)
    for error in problem.errors:
        console.print(Text(f"  {error_line(error)}", "red"), soft_wrap=True)
    if problem.next:
        console.print(Text(f"next: {printable(problem.next)}", "cyan"), soft_wrap=True)
    if problem.correlation_id:
        console.print(Text(f"correlation id: {printable(problem.correlation_id)}", "dim"), soft_wrap=True)


def error_line(error: Mapping[str, Any]) -> str:
    """A place in what was sent, as `document pointer: detail (hint)`."""
    hint = f" ({error['hint']})" if error.get("hint") else ""
    place = " ".join(str(error[name]) for name in ("document", "pointer") if error.get(name))
    return printable(f"{place}: {error.get('detail', '')}{hint}")


def _members(problem: Problem) -> dict[str, Any]:
    members = {
        "message": problem.message,
        "next": problem.next,
        "status": problem.status,
        "code": problem.code,
        "correlation_id": problem.correlation_id,
        "errors": list(problem.errors),
    }
    return {name: value for name, value in members.items() if value}
