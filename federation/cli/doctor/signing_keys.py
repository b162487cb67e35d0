"""Our signing keys, as admins see them: does one sign, could the next, and is any of that late."""

from collections.abc import Mapping
from typing import Any

from federation.cli.doctor.admin_api import asked
from federation.cli.doctor.finding import Verdict, failed, ok, warning
from federation.cli.doctor.moments import moment
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Visit
from federation.model.admin import TRUST_READ
from federation.model.keys import KeyState

DAYS = 31
"""A day beyond what KeyRotationDays is by default."""
_DAY = 24 * 60 * 60
_ROTATE = "Look at the alarms of RotateFunction: docs/keys.md."


def signing_keys(visit: Visit) -> Verdict:
    """GET /keys."""
    keys = asked(visit, "/keys", TRUST_READ)["items"]
    active, waiting = _in_state(keys, KeyState.ACTIVE), _in_state(keys, KeyState.NEXT)
    if active is None:
        return failed("No key signs, so no token is issued.", _ROTATE)
    if waiting is None:
        return warning(
            "There is no next key, which could replace the one that signs.",
            f"A new bridge takes five minutes. {_ROTATE}",
        )
    age = int(visit.now() - moment(active["active_since"])) // _DAY
    if age >= DAYS:
        return warning(
            f"The same key has signed for {age} days.",
            f"Unless KeyRotationDays is more than that, it is due: fedbridge keys rotate. {_ROTATE}",
        )
    ready = waiting["seen_by_all_at"]
    if ready is None or moment(ready) > visit.now():
        return ok(f"A key signs, and the next one will be ready: {shown(ready or 'when it is published')}.")
    return ok(f"A key has signed for {age} days, and the next one is ready.")


def _in_state(keys: list[Mapping[str, Any]], state: KeyState) -> Mapping[str, Any] | None:
    return next((key for key in keys if key["state"] == state.value), None)
