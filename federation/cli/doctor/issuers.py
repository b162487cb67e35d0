"""Whether every issuer's keys can be had, asked as the bridge asks: https, public addresses, no redirects."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from federation.cli.doctor.admins import all_issuers, some
from federation.cli.doctor.admins import issuers as enabled
from federation.cli.doctor.finding import Result, Verdict, failed, ok, warning
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.model.trust import Issuer, IssuerKeys
from federation.ports import FetchFailed
from federation.verification.discovery import KeySource, KeysRefused
from federation.web.fetcher import WebFetcher

MOST = 100
"""Issuers that are asked."""
AT_ONCE = 8
SECONDS = 5.0
"""For one issuer's document."""
_MEND = "Asking again mends nothing: have its administrator mend what it publishes, or mend the Issuer document."
_LATER = (
    "See whether it is down; keys that the bridge holds go on for the Issuer's max_stale. If the bridge reaches it and "
    "this machine does not, all is well; if it is the other way round, have its keys pushed: docs/pushed-keys.md."
)


def trusted(visit: Visit) -> Verdict:
    """Who is trusted, and whether the keys of each can be had."""
    standing, answered = enabled(visit), keys(visit)
    if answered.result is Result.FAILED or (standing.result is Result.OK and answered.result is not Result.OK):
        return answered
    return ok(f"{standing.seen} {answered.seen}".rstrip()) if standing.result is Result.OK else standing


def keys(visit: Visit) -> Verdict:
    """What each issuer answers that has its keys on the web; a misconfigured one is no one that is down."""
    wanted = [one for one in all_issuers(visit) if one.get("enabled") is not False and _is_fetched(one)]
    source = KeySource(WebFetcher(loopback=_is_loopback(visit), total=SECONDS), loopback=_is_loopback(visit))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda document: _asked(source, document), wanted[:MOST]))
    wrong = [f"{name}: {why}" for name, why, broken in found if broken]
    down = [f"{name}: {why}" for name, why, broken in found if why and not broken]
    if wrong:
        also = f" Not to be had now: {some(down)}." if down else ""
        return failed(f"Keys that must not be used: {some(wrong)}.{also}", _MEND)
    if down:
        return warning(f"Keys that are not to be had now, from here: {some(down)}.", _LATER)
    return ok(_all_there(found, len(wanted)))


def _all_there(found: Sequence[tuple[str, str, bool]], wanted: int) -> str:
    if not found:
        return ""
    more = f", and {wanted - MOST} were not asked" if wanted > MOST else ""
    return f"The keys of {len(found)} issuers can be had{more}."


def _asked(source: KeySource, document: dict[str, Any]) -> tuple[str, str, bool]:
    """(id, what is wrong, whether it is misconfigured); nothing is wrong: an empty text."""
    name = shown(str(document.get("id")))
    try:
        held = source.load(_issuer(document)).keys
    except FetchFailed as error:
        return name, str(error), False
    except KeysRefused as error:
        return name, str(error), True
    usable = held.keys or held.authorities
    return (name, "", False) if usable else (name, "no key that can be used", True)


def _issuer(document: dict[str, Any]) -> Issuer:
    place = document["keys"]
    return Issuer(
        id=str(document["id"]),
        version=0,
        provider=str(document["provider"]),
        issuer=str(document["issuer"]),
        audiences=(),
        keys=IssuerKeys(discovery=place.get("discovery") is True, jwks_uri=place.get("jwks_uri")),
        algorithms=(),
        max_token_age=0,
    )


def _is_fetched(document: dict[str, Any]) -> bool:
    place = document.get("keys")
    return isinstance(place, dict) and (place.get("discovery") is True or isinstance(place.get("jwks_uri"), str))


def _is_loopback(visit: Visit) -> bool:
    return urlsplit(visit.bridge).hostname == "127.0.0.1"
