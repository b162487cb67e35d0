"""Is it there, is it the right version, is it who it says."""

from urllib.parse import urlsplit

from federation.cli.doctor.certificate import days_left
from federation.cli.doctor.finding import Verdict, failed, ok, resting_on, warning
from federation.cli.doctor.probe import HEALTH, NO_BRIDGE, json_object
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.version import VERSION

SOON = 14
"""Days: who renews certificates by themselves do so earlier."""


def health(visit: Visit) -> Verdict:
    """Whether a bridge answers at all."""
    status = json_object(visit.probe.get(HEALTH), HEALTH).get("status")
    if status != "ok":
        return failed(f"{HEALTH} does not say that it is ok, but {shown(status)}.", NO_BRIDGE)
    return ok(f"A bridge answers at {visit.bridge}.")


def version(visit: Visit) -> Verdict:
    """Whether this command and the bridge are of one version."""
    with resting_on("bridge.health"):
        theirs = json_object(visit.probe.get(HEALTH), HEALTH).get("version")
    if theirs == VERSION:
        return ok(f"Both are version {VERSION}.")
    return warning(
        f"The bridge is version {shown(theirs)}, this command {VERSION}.",
        "Use the command line of the bridge's own version, or deploy this one.",
    )


def tls(visit: Visit) -> Verdict:
    """Whether nobody between here and there can read or change anything."""
    parts = urlsplit(visit.bridge)
    if parts.scheme == "http":
        return ok("Plain http, which does not leave this machine.")
    with resting_on("bridge.health"):  # whoever does not prove who they are has failed there
        visit.probe.get(HEALTH)
    days = days_left(parts.hostname or "", parts.port or 443, visit.now(), visit.probe.each)
    if days < SOON:
        return warning(
            f"Its certificate is good for {days} days more.",
            "See why it was not renewed: an ACM certificate needs its validation record in DNS.",
        )
    return ok(f"Its certificate is good for {days} days more.")
