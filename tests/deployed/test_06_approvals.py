"""A person decides. This comes after the archive was proven: records are dated back, which it would tell of."""

from typing import Any

import pytest

from federation.client.admin import AdminRefused
from tests.deployed.caller import Caller
from tests.deployed.dates import date_back
from tests.deployed.sam import Stack
from tests.deployed.trust import PAY
from tests.support.eventually import eventually


def test_a_payment_waits_for_a_person_who_is_told(
    caller: Caller,
    deployed: Stack,
    told: Any,  # noqa: ANN401 (an SQS queue)
) -> None:
    asked = caller.exchange(caller.parties.person_token(caller.url), "settlements", {"scope": PAY})
    approval = asked.members["approval_id"]
    assert asked.members["error"] == "authorization_pending"
    message = eventually(lambda: told(approval))
    assert message["principal"] == "user/ada"
    decision = {"lifetime": "10m", "uses": 1, "reason": "Invoice 4711 was checked."}
    with pytest.raises(AdminRefused, match="has not said so for a day"):
        caller.admin().post(f"/approvals/{approval}/approve", decision)
    date_back(deployed, days=2)
    caller.admin().post(f"/approvals/{approval}/approve", decision)
    paid = caller.exchange(caller.parties.person_token(caller.url), "settlements", {"scope": PAY})
    assert caller.verified(paid, "settlements")["scope"] == PAY
    again = caller.exchange(caller.parties.person_token(caller.url), "settlements", {"scope": PAY})
    assert again.members["error"] == "authorization_pending"
