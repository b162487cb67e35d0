"""What an admin would want to be told of trust: what is off, what waits, and whether they are alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from federation.cli.doctor.admin_api import asked, check_global
from federation.cli.doctor.finding import Verdict, ok, warning
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.model.admin import ADMIN_AUDIENCE, TRUST_READ, TRUST_WRITE

PAGE, MOST_PAGES = 200, 10
NAMED = 3
"""Names in a sentence."""


def issuers(visit: Visit) -> Verdict:
    """Who is trusted, and who was and is not at the moment."""
    found = list(_issuers(visit))
    disabled = [str(one.get("id")) for one in found if one.get("enabled") is False]
    if not found:
        return warning("No issuer is trusted, so nothing can be exchanged.", "Let somebody in: docs/gitops.md.")
    if disabled:
        return warning(
            f"{len(disabled)} of {len(found)} issuers are disabled, and nobody of theirs comes in: {_some(disabled)}.",
            f"See who did that and why: fedbridge history Issuer {shown(disabled[0])}.",
        )
    return ok(f"All issuers are enabled: {_some([str(one.get('id')) for one in found])}.")


def pending(visit: Visit) -> Verdict:
    """What does not hold yet."""
    items = asked(visit, "/confirmations", TRUST_READ)["items"]
    if not items:
        return ok("No document waits for a second admin.")
    waiting = _some([f"{one['kind']} {one['id']}" for one in items])
    return warning(f"Documents wait for a second admin: {waiting}.", "See who wrote them and why: fedbridge pending.")


def admins(visit: Visit) -> Verdict:
    """Whether somebody could help if the only admin could not, and confirm what is dangerous."""
    check_global(visit, "How many admins there are,")
    found = asked(visit, "/whocan", TRUST_READ, {"audience": ADMIN_AUDIENCE, "scope": TRUST_WRITE})
    principals = sorted({str(way["party"]["principal"]) for way in found["items"]})
    if len(principals) > 1 or found.get("truncated") or any("{" in one for one in principals):
        return ok(f"More than one admin can write trust: {_some(principals)}.")
    alone = (
        f"Only {shown(principals[0])} can write trust." if principals else "Nobody can write trust by the documents."
    )
    return warning(alone, "Map a second admin, by another issuer if you can: nobody confirms their own documents.")


def _issuers(visit: Visit) -> Iterator[dict[str, Any]]:
    """The documents, up to a number."""
    query = {"limit": str(PAGE)}
    for _ in range(MOST_PAGES):
        page = asked(visit, "/issuers", TRUST_READ, query)
        yield from (item["document"] for item in page["items"])
        if not page.get("next"):
            return
        query = {**query, "cursor": str(page["next"])}


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return shown(", ".join(names[:NAMED])) + more
