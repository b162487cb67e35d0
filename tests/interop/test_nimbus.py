"""Nimbus' OAuth SDK for Java: the block of docs/callers.md, as it stands."""

import re
import subprocess
from pathlib import Path

from tests.interop.support.issuers import HERE
from tests.support.bridge_server import Bridge

GUIDE = Path(__file__).parents[2] / "docs" / "callers.md"
TARGET = HERE / "nimbus" / "target"
PROGRAM = """
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.token.TypelessAccessToken;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import java.net.URI;

public class Guide {
  public static void main(String[] arguments) throws Exception {
    var ownToken = new String(System.in.readAllBytes());
    <block>
    System.out.print(response.toSuccessResponse().getTokens().getAccessToken().getValue());
  }
}
"""


def test_the_block_of_the_guide_gets_a_token(bridge: Bridge) -> None:
    (block,) = re.findall(r"^```java\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    here = block.replace("https://federation.example.com", bridge.url)
    (TARGET / "Guide.java").write_text(PROGRAM.replace("<block>", here))
    command = ("java", "-cp", f"{TARGET}/dependency/*", TARGET / "Guide.java")
    done = subprocess.run(command, input=bridge.token("partner"), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert bridge.verify_token(done.stdout)["sub"] == "partner/acme/billing-sync"
