"""The published keys, read as services read them that verify tokens."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from federation.cli.doctor.discovery import jwks_url
from federation.cli.doctor.finding import Settled, Verdict, failed, ok, resting_on, warning
from federation.cli.doctor.probe import NO_BRIDGE, json_object
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.client.http import Answer
from federation.resource_server.jwts import ALGORITHMS, read_keys

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of a JWK that nobody else may know (RFC 7518 section 6)."""
MOST = 100
"""Keys that are looked at."""
_PUBLISH = "Invoke the stack's PublishFunction, and look at its alarms: it writes the key set."


def jwks(visit: Visit) -> Verdict:
    """Whether tokens can be verified at all."""
    answer, keys = _keys(visit)
    if any(_PRIVATE & key.keys() for key in keys):
        return failed(
            "A private key is published.",
            "Revoke it now: whoever has read it can sign tokens. docs/keys.md, 'A key is compromised'.",
        )
    if strange := sorted({shown(key.get("alg")) for key in keys if key.get("alg") not in ALGORITHMS}):
        return failed(
            f"There are keys for {', '.join(strange)}, with which no service verifies.",
            f"Deploy with a SigningAlgorithm of {', '.join(sorted(ALGORITHMS))}.",
        )
    try:
        read = read_keys(answer.body)
    except ValueError:
        return failed("The key set holds what no service can read as a key.", _PUBLISH)
    names = ", ".join(sorted({key.algorithm_name for key in read.values()}))
    return ok(f"Services can verify by what is published: {len(read)} for {names}.")


def kids(visit: Visit) -> Verdict:
    """A service must not have to guess which key it is."""
    with resting_on("keys.jwks"):
        counted = Counter(shown(key.get("kid")) for key in _keys(visit)[1])
    if several := [kid for kid, count in counted.items() if count > 1]:
        return failed(f"Different keys have one kid: {', '.join(several)}.", _PUBLISH)
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


def _keys(visit: Visit) -> tuple[Answer, list[Mapping[str, Any]]]:
    url = jwks_url(visit)
    answer = visit.probe.get(url.removeprefix(visit.bridge))
    keys = json_object(answer, "The key set").get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise Settled(failed("The key set holds no keys.", _PUBLISH))
    if len(keys) > MOST:
        raise Settled(failed(f"The key set holds {len(keys)} keys, more than any bridge has.", NO_BRIDGE))
    return answer, keys
