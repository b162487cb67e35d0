"""A whole bridge on this machine finds what is unusual in its own traffic, and tells an admin."""

import json
from pathlib import Path

from federation.client.http import post_form
from tests.support.bridge_process import served
from tests.support.cli_runs import fedbridge
from tests.support.eventually import eventually

EXAMPLES = Path(__file__).parents[2] / "examples" / "trust"


def test_a_flood_of_strangers_is_told_to_who_runs_the_bridge(tmp_path: Path) -> None:
    admin = tmp_path / "admin"
    with served(tmp_path, "--trust", EXAMPLES, "--admin-token-file", admin) as serving:
        for _ in range(70):
            form = [("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", "x")]
            assert post_form(f"{serving.url}/token", form).status == 400
        variables = {"FEDBRIDGE_URL": serving.url, "FEDBRIDGE_TOKEN_FILE": str(admin)}
        told = eventually(lambda: json.loads(fedbridge("signals", "--json", **variables).output)["items"])
    (signal,) = told
    assert (signal["name"], signal["what"], signal["value"]) == ("strangers", "address", "127.0.0.1")
    assert signal["raises_risk"] is False
