"""`fedbridge audit prove`: that a token's record is in the archive, checked on this machine."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from federation.audit.proof import NoProof, Proven, check_proof
from federation.cli.audit_source import published_keys, when
from federation.cli.completion import complete_jti
from federation.cli.console import printable
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession, admin_command

EXAMPLE = "Example: fedbridge audit prove 3HunDVp03kzwwBGVVo9FJA --save proof.json"

Token = Annotated[str, typer.Argument(metavar="JTI", help="Of the token.", autocompletion=complete_jti)]
Save = Annotated[
    Path | None,
    typer.Option(metavar="FILE", dir_okay=False, help="Keep the proof there; keep the published keys beside it."),
]
Check = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Check a proof that was kept, offline."),
]
Jwks = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The keys as published then; else the bridge's."),
]


@admin_command
def prove(session: AdminSession, jti: Token, *, save: Save = None, check: Check = None, jwks: Jwks = None) -> None:
    """Get the proof that the record of a token's issuance is in the archive, and check it here.

    With --check and --jwks it is checked without a network. --url is then the bridge that it must be of.

    Exits 0 if it is proven, 1 if it is not, or not yet; 2 if something is missing to tell.
    """
    proof = _read(check) if check else session.connect().get(f"/audit/{jti}/proof").members
    try:
        proven = check_proof(proof, published_keys(session.bridge, jwks), issuer=session.bridge, jti=jti)
    except NoProof as error:
        raise Failed(f"this is not proven: {error}", "an older proof takes the keys of its time: --jwks FILE") from None
    if save:
        save.write_text(json.dumps(proof, indent=1) + "\n", encoding="ascii")
    _tell(session, jti, proven)


def _read(file: Path) -> dict[str, Any]:
    try:
        proof = json.loads(file.read_bytes())
    except ValueError:
        proof = None
    if not isinstance(proof, dict):
        raise Failed(f"{file} is no proof", "take the file that --save has written", code=USAGE)
    return proof


def _tell(session: AdminSession, jti: str, proven: Proven) -> None:
    head, record = proven.head, proven.record
    signed = {"segment": head.number, "kid": head.kid, "signed_at": when(head.signed_at)}
    session.terminal.answer({"proven": True, "jti": jti, "head": signed, "record": dict(record)})
    session.terminal.say(f"proven: the record of {printable(jti)} is in the archive", "green")
    session.terminal.say(f"  segment    {head.number}, signed {when(head.signed_at)} by {head.kid}")
    for name in ("time", "principal", "audience", "scope", "correlation_id"):
        value = record.get(name)
        shown = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        session.terminal.say(f"  {name:14} {printable(shown)}")
