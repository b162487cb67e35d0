"""`fedbridge confirm`: a second admin's yes to a dangerous document."""

from federation.cli.bridge import TokenFile, Url, connect
from federation.cli.console import AsJson, NoColor, Terminal, print_json
from federation.cli.failure import failing_well
from federation.cli.listing import IdArgument, KindArgument, path_of
from federation.cli.restore import Reason, Version, tell_written

EXAMPLE = 'Example: fedbridge confirm Mapping acme-everybody --version 3 --reason "read it, meant so"'


def confirm(  # noqa: PLR0913 (each is an option of the command)
    kind: KindArgument,
    id_: IdArgument,
    *,
    version: Version,
    reason: Reason,
    url: Url = None,
    token_file: TokenFile,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Let a document that says `dangerous: true` hold, in the very version that you have read and somebody else wrote.

    Exits 0 if it holds, 1 if not, 2 if that is no name of a document.
    """
    terminal = Terminal(as_json, no_color)
    with failing_well(terminal, url or "the bridge"):
        path = path_of(kind, id_)
        confirmed = connect(url, token_file).post(f"/{path}/confirm", {"version": version, "reason": reason}).members
        if as_json:
            print_json(confirmed)
        tell_written(terminal, confirmed)
