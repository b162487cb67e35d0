"""What KMS signed against what our functions recorded, on a whole bridge: a signature past them is found."""

import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from federation.aws.clients import kms_client
from federation.local.bridge import LocalBridge
from federation.local.serving import ServeOptions, serving
from federation.prober.aim import Aim
from federation.prober.laptop import KEY_FILE, key_in, set_up


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBridge]:
    """It knows the prober, whose good token is exchanged."""
    folder = tmp_path_factory.mktemp("trust")
    set_up(folder)
    with serving(ServeOptions(trust=folder)) as served:
        key = key_in(folder / KEY_FILE)
        aim = Aim(served.url, served.url, key, key)
        assert aim.exchange(aim.good()).status == 200
        yield served


def report(bridge: LocalBridge) -> dict[str, Any]:
    told: Any = bridge.reconcile()
    return dict(told)


def test_a_signature_that_no_function_recorded_is_found_and_no_other(bridge: LocalBridge) -> None:
    before = report(bridge)
    assert (before["unrecorded_count"], before["complete"]) == (0, True)
    assert before["seen"] >= 2, "a token, and a status list or the head of the archive"
    since = time.time()
    kms_client().sign(
        KeyId=bridge.settings.signing_key,
        Message=sha256(b"forged").digest(),
        MessageType="DIGEST",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
    )
    after = report(bridge)
    assert after["unrecorded_count"] == 1
    assert after["unrecorded"][0]["at"] >= int(since)
