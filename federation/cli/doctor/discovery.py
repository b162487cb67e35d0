"""The two discovery documents: do they belong to the bridge that was asked, and do they agree."""

from collections.abc import Iterator
from typing import Any

from federation.cli.doctor.finding import Settled, Verdict, failed, ok, resting_on, warning
from federation.cli.doctor.probe import json_object
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.oauth.metadata import JWKS_PATH, OAUTH_PATH, OPENID_PATH

ENDPOINTS = ("token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri")
_PUBLISH = "Invoke the stack's PublishFunction, and look at its alarms: it writes these documents."


def oauth(visit: Visit) -> Verdict:
    """RFC 8414."""
    return _of_this_bridge(visit, OAUTH_PATH)


def openid(visit: Visit) -> Verdict:
    """OpenID Connect Discovery 1.0, which clouds read that federate with OpenID providers."""
    return _of_this_bridge(visit, OPENID_PATH)


def agreement(visit: Visit) -> Verdict:
    """Whoever reads one of them knows the same as whoever reads the other."""
    with resting_on("discovery.oauth"):
        one = _document(visit, OAUTH_PATH)
    with resting_on("discovery.openid"):
        other = _document(visit, OPENID_PATH)
    differing = sorted(name for name in one.keys() & other.keys() if one[name] != other[name])
    missing = sorted(one.keys() - other.keys())
    if any(name in differing for name in ("issuer", *ENDPOINTS)):
        return failed(f"They say different things of {_names(differing)}.", _PUBLISH)
    if differing or missing:
        return warning(
            f"They differ in {_names([*differing, *missing])}.",
            f"Caches may hold one of them for five minutes: repeat then. {_PUBLISH}",
        )
    return ok("They say the same.")


def jwks_url(visit: Visit) -> str:
    """Where verifiers find the keys: as the documents say, if that is a place of this bridge."""
    try:
        named = _document(visit, OAUTH_PATH).get("jwks_uri")
    except Settled:
        named = None
    return named if isinstance(named, str) and _is_under(named, visit.bridge) else visit.bridge + JWKS_PATH


def _of_this_bridge(visit: Visit, path: str) -> Verdict:
    document = _document(visit, path)
    if document.get("issuer") != visit.bridge:
        # Tokens would name an issuer that nobody here has asked for (RFC 8414 section 3.3).
        return failed(
            f"{path} says that its issuer is {shown(document.get('issuer'))}, not {visit.bridge}.",
            "If that is your bridge, name it so: --url, and wherever else its URL is set. If not, trust neither.",
        )
    if strangers := list(_elsewhere(document, visit.bridge)):
        return failed(f"{path} names no place of this bridge as {_names(strangers)}.", _PUBLISH)
    return ok(f"{path} is of this issuer, and so is every endpoint.")


def _elsewhere(document: dict[str, Any], bridge: str) -> Iterator[str]:
    """Names of what lies at a stranger's, or is not told at all; aliases for mutual TLS have a host of their own."""
    for name, url in document.items():
        if name.endswith(("_endpoint", "_uri")) and not _is_under(url, bridge):
            yield name
    yield from (name for name in ENDPOINTS if name not in document)
    aliases = document.get("mtls_endpoint_aliases", {})
    if not isinstance(aliases, dict) or not all(str(url).startswith("https://") for url in aliases.values()):
        yield "mtls_endpoint_aliases"


def _is_under(url: object, bridge: str) -> bool:
    return isinstance(url, str) and url.startswith(f"{bridge}/")


def _document(visit: Visit, path: str) -> dict[str, Any]:
    return json_object(visit.probe.get(path), path)


def _names(names: list[str]) -> str:
    return shown(", ".join(names))
