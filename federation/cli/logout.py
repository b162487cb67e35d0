"""`fedbridge logout`: the token is worth nothing any more, and the key is gone."""

from pathlib import Path

from federation.cli.bridge import bridge_url
from federation.cli.failure import Failed
from federation.cli.session import AdminSession, admin_command
from federation.client.credential import Credential, read_credential
from federation.client.exchange import post_with_proof

EXAMPLE = "Example: fedbridge logout"
_OK = 200


@admin_command
def logout(session: AdminSession) -> None:
    """Revoke the token that `fedbridge login` left (RFC 7009), and remove it together with its key.

    Exits 0 if it is revoked and gone, 1 if it could not be revoked; gone it is in any case.
    """
    credential = read_credential(session.token_file)
    session.token_file.unlink()
    _revoke(credential, session.url, session.token_file)
    session.terminal.answer({"revoked": True, "removed": str(session.token_file)})
    session.terminal.say("logged out", "green")


def _revoke(credential: Credential, url: str | None, file: Path) -> None:
    """At the bridge that it is for, whatever else is said."""
    bridge = bridge_url(credential.bridge or url)
    answer = post_with_proof(f"{bridge}/revoke", [("token", credential.access_token)], credential.key)
    if answer.status != _OK:
        raise Failed(f"{file} is removed, but the bridge did not revoke the token: HTTP {answer.status}")
