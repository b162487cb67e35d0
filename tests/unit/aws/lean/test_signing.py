import json
from pathlib import Path
from typing import Any

import pytest

from federation.aws.lean.signing import Credentials, RequestSigner, time_stamp

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/sigv4/root.json").read_text())["cases"]


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_the_published_vectors_are_signed_as_published(case: dict[str, Any]) -> None:
    signer = RequestSigner(case["region"], case["service"])
    credentials = Credentials(case["key_id"], case["secret"], case["token"])
    headers = [(name, value) for name, value in case["headers"]]
    signed = signer.authorization(case["method"], headers, case["body"].encode(), credentials, case["timestamp"])
    assert signed == case["authorization"]


def test_the_key_of_a_day_is_derived_anew_for_another_day_and_another_secret() -> None:
    signer, fresh = RequestSigner("eu-west-1", "kms"), Credentials("A", "new")
    for credentials, stamp in ((Credentials("A", "old"), "20260101T235959Z"), (fresh, "20260102T000000Z")):
        signed = signer.authorization("POST", [("host", "h")], b"", credentials, stamp)
        alone = RequestSigner("eu-west-1", "kms").authorization("POST", [("host", "h")], b"", credentials, stamp)
        assert signed == alone


def test_a_time_stamp_is_in_utc() -> None:
    assert time_stamp(1_440_938_160) == "20150830T123600Z"


def test_neither_secret_nor_token_is_shown() -> None:
    shown = repr(Credentials("AKID", "hidden-secret", "hidden-token", 1.0))
    assert "AKID" in shown
    assert "hidden" not in shown
