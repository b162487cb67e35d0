"""The archive of the audit trail: is it kept up."""

from federation.archive.archiver import RENEWED
from federation.cli.doctor.admin_api import asked, check_global
from federation.cli.doctor.finding import Verdict, failed, ok, warning
from federation.cli.doctor.moments import moment
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.model.admin import AUDIT_READ

PATIENCE = 60 * 60
"""Seconds: the function that archives runs every five minutes."""
_ARCHIVE = "Look at the alarms of ArchiveFunction: docs/audit.md."


def head(visit: Visit) -> Verdict:
    """Its newest segment, which is signed anew every day even if nothing happens."""
    check_global(visit, "The audit trail's archive")
    found = asked(visit, "/audit/segments", AUDIT_READ, {"limit": "1"})["head"]
    if found is None:
        return warning("Nothing of the audit trail is archived yet.", f"A new bridge takes five minutes. {_ARCHIVE}")
    number, signed_at = int(found["number"]), moment(found["signed_at"])
    if visit.now() - signed_at > RENEWED + PATIENCE:
        return failed(f"Nothing of the audit trail is archived since {shown(found['signed_at'])}.", _ARCHIVE)
    return ok(f"The audit trail is archived up to segment {number}; whether it is whole, fedbridge audit verify says.")
