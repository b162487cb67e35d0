"""What the bridge publishes: the discovery documents, the keys, and the signed lists of what was revoked."""

from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from federation.cli.doctor.finding import Settled, Verdict, failed, ok, resting_on, warning
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import NO_BRIDGE, Visit, json_object, read_unverified
from federation.client.http import Answer
from federation.model.status_list import list_path, lists_of
from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.metadata import JWKS_PATH, OAUTH_PATH, OPENID_PATH
from federation.oauth.reasons import Reason
from federation.resource_server.jwts import ALGORITHMS, BridgeJwts, BridgeKeys, read_keys
from federation.resource_server.status_lists import StatusLists
from federation.resource_server.verifier import CLOCK_SKEW

ENDPOINTS = ("token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri")
_PUBLISH = "Invoke the stack's PublishFunction, and look at its alarms: it writes these documents."


def oauth(visit: Visit) -> Verdict:
    """RFC 8414."""
    return _of_this_bridge(visit, OAUTH_PATH)


def openid(visit: Visit) -> Verdict:
    """OpenID Connect Discovery 1.0, which clouds read that federate with OpenID providers."""
    return _of_this_bridge(visit, OPENID_PATH)


def agreement(visit: Visit) -> Verdict:
    """A reader of one of them knows the same as a reader of the other."""
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
        # Tokens would name an issuer that was not asked for (RFC 8414 section 3.3).
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


_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of a JWK that are secret (RFC 7518 section 6)."""
MOST = 100
"""Keys that are looked at."""
_PUBLISH_KEYS = "Invoke the stack's PublishFunction, and look at its alarms: it writes the key set."


def jwks(visit: Visit) -> Verdict:
    """Whether tokens can be verified at all."""
    answer, keys = _keys(visit)
    if any(_PRIVATE & key.keys() for key in keys):
        return failed(
            "A private key is published.",
            "Revoke it now: its readers can sign tokens. docs/keys.md, 'A key is compromised'.",
        )
    if strange := sorted({shown(key.get("alg")) for key in keys if key.get("alg") not in ALGORITHMS}):
        return failed(
            f"There are keys for {', '.join(strange)}, with which no service verifies.",
            f"Deploy with a SigningAlgorithm of {', '.join(sorted(ALGORITHMS))}.",
        )
    try:
        read = read_keys(answer.body)
    except ValueError:
        return failed("The key set holds what no service can read as a key.", _PUBLISH_KEYS)
    names = ", ".join(sorted({key.algorithm_name for key in read.values()}))
    return ok(f"Services can verify by what is published: {len(read)} for {names}.")


def kids(visit: Visit) -> Verdict:
    """A service must not have to guess which key it is."""
    with resting_on("keys.jwks"):
        counted = Counter(shown(key.get("kid")) for key in _keys(visit)[1])
    if several := [kid for kid, count in counted.items() if count > 1]:
        return failed(f"Different keys have one kid: {', '.join(several)}.", _PUBLISH_KEYS)
    return ok("Every key has a kid of its own.")


def standby(visit: Visit) -> Verdict:
    """Whether a key that has to go could go at once."""
    with resting_on("keys.jwks"):
        count = len(_keys(visit)[1])
    if count > 1:
        return ok(f"{count} keys are published, so there can be one that is next.")
    return warning(
        "Only one key is published: if it had to go, no verifier would know the one that follows.",
        "A new bridge takes five minutes. Look at the alarms of RotateFunction: docs/keys.md.",
    )


def published_keys(visit: Visit) -> list[Mapping[str, Any]]:
    """The key set, as a verifier reads it; raises Settled."""
    return _keys(visit)[1]


def _keys(visit: Visit) -> tuple[Answer, list[Mapping[str, Any]]]:
    url = jwks_url(visit)
    answer = visit.probe.get(url.removeprefix(visit.bridge))
    keys = json_object(answer, "The key set").get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise Settled(failed("The key set holds no keys.", _PUBLISH_KEYS))
    if len(keys) > MOST:
        raise Settled(failed(f"The key set holds {len(keys)} keys, more than any bridge has.", NO_BRIDGE))
    return answer, keys


OLD = 10 * 60
"""Seconds: a list is signed anew after five minutes, and ends after fifteen."""
_STATUS = "Invoke the stack's StatusFunction, and look at its alarms: it signs these lists."


def status_list(visit: Visit) -> Verdict:
    """Those in which tokens of now stand."""
    ages = [_age(visit, visit.bridge + list_path(each)) for each in lists_of(int(visit.now()))]
    if max(ages) > OLD:
        return warning(f"A list is {max(ages) // 60} minutes old; after fifteen, services refuse every token.", _STATUS)
    return ok(f"Services learn what is revoked: the lists are signed, and at most {max(ages)} s old.")


def _age(visit: Visit, url: str) -> int:
    """Seconds; raises Settled for a list that no service would believe."""
    lists = StatusLists(
        BridgeJwts(BridgeKeys(visit.bridge, lambda asked: _fetched(visit, asked), visit.now), CLOCK_SKEW)
    )
    try:
        lists.check({"status": {"status_list": {"uri": url, "idx": 0}}})
    except InvalidToken:
        pass  # that place is set, so the list was read
    except TemporarilyUnavailable as error:
        raise Settled(_refused(error)) from None
    _, claims = read_unverified(_fetched(visit, url).decode("ascii"))
    return max(0, int(visit.now()) - int(claims["iat"]))


def _fetched(visit: Visit, url: str) -> bytes:
    answer = visit.probe.get(url.removeprefix(visit.bridge))
    if answer.status != HTTPStatus.OK:
        raise Settled(failed(f"{url} is answered with HTTP {answer.status}: services refuse every token.", _STATUS))
    return answer.body


def _refused(error: TemporarilyUnavailable) -> Verdict:
    why = error.__cause__.reason.value if isinstance(error.__cause__, OAuthError) else Reason.STATUS_UNAVAILABLE.value
    if why in (Reason.TOKEN_NOT_YET_VALID, Reason.TOKEN_EXPIRED):
        return failed("By this machine's clock a list is not valid now, so services would refuse every token.", _STATUS)
    return failed(f"A list cannot be believed ({why}): services refuse every token.", _STATUS)
