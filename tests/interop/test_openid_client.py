"""panva's openid-client on Node: the block of docs/callers.md, as it stands but for TLS."""

import re
import subprocess
from pathlib import Path

from tests.interop.support.issuers import HERE
from tests.support.bridge_server import Bridge

GUIDE = Path(__file__).parents[2] / "docs" / "callers.md"
TARGET = HERE / "openid-client" / "target"


def test_the_block_of_the_guide_gets_a_token(bridge: Bridge) -> None:
    (block,) = re.findall(r"^```js\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    here = block.replace("https://federation.example.com", bridge.url)
    plain = here.replace("client.None())", "client.None(), { execute: [client.allowInsecureRequests] })")
    own = "import { text } from 'node:stream/consumers'\nconst ownToken = await text(process.stdin)\n"
    (TARGET / "guide.mjs").write_text(f"{own}{plain}\nprocess.stdout.write(token.access_token)\n")
    command = ("node", TARGET / "guide.mjs")
    done = subprocess.run(command, input=bridge.token("partner"), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert bridge.verify_token(done.stdout)["sub"] == "partner/acme/billing-sync"
