"""`fedbridge confirm`: a second admin's yes to a dangerous document."""

from federation.cli.document_name import IdArgument, KindArgument
from federation.cli.restore import Reason, Version, tell_written
from federation.cli.session import AdminSession, admin_command, path_of

EXAMPLE = 'Example: fedbridge confirm Mapping acme-everybody --version 3 --reason "read it, meant so"'


@admin_command
def confirm(
    session: AdminSession,
    kind: KindArgument,
    id_: IdArgument,
    *,
    version: Version,
    reason: Reason,
) -> None:
    """Let a document that says `dangerous: true` hold, in the very version that you have read and another admin wrote.

    Exits 0 if it holds, 1 if not, 2 if that is no name of a document.
    """
    path, body = path_of(kind, id_), {"version": version, "reason": reason}
    tell_written(session.terminal, session.connect().post(f"/{path}/confirm", body).members)
