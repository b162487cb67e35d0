"""`fedbridge logout`: the token is worth nothing any more, and the key is gone."""

from pathlib import Path

from federation.cli.bridge import TokenFile, Url, bridge_url
from federation.cli.console import AsJson, NoColor, Terminal, print_json
from federation.cli.failure import Failed, failing_well
from federation.client.credential import Credential, read_credential
from federation.client.exchange import post_with_proof

EXAMPLE = "Example: fedbridge logout"
_OK = 200


def logout(*, url: Url = None, token_file: TokenFile, as_json: AsJson = False, no_color: NoColor = False) -> None:
    """Revoke the token that `fedbridge login` left (RFC 7009), and remove it together with its key.

    Exits 0 if it is revoked and gone, 1 if it could not be revoked; gone it is in any case.
    """
    terminal = Terminal(as_json, no_color)
    with failing_well(terminal, url or "the bridge"):
        credential = read_credential(token_file)
        token_file.unlink()
        _revoke(credential, url, token_file)
        if as_json:
            print_json({"revoked": True, "removed": str(token_file)})
        terminal.say("logged out", "green")


def _revoke(credential: Credential, url: str | None, file: Path) -> None:
    """At the bridge that it is for, whatever else is said."""
    bridge = bridge_url(credential.bridge or url)
    answer = post_with_proof(f"{bridge}/revoke", [("token", credential.access_token)], credential.key)
    if answer.status != _OK:
        raise Failed(f"{file} is removed, but the bridge did not revoke the token: HTTP {answer.status}")
