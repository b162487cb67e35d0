"""The real issuers of the suite: what each needs, and how it is installed."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.interop.support.installation import Installation, NotInstalled

HERE = Path(__file__).parents[1]

SPIRE = "github.com/spiffe/spire@v1.13.3"
SPIRE_SUM = "h1:wDTK8tj8ShO5izjue/OFanVaehmjUxSxHtSWxBY+FJQ="
"""Of its sources, as in a go.sum; they hold the sums of all that they need in turn."""

DEX = "github.com/dexidp/dex/cmd/dex"
"""Its version and the sums of all that it needs are in its folder's go.mod and go.sum."""


def keycloak_home(folder: Path) -> Path:
    """Where Keycloak was unpacked; raises NotInstalled."""
    homes = list(folder.glob("target/dependency/keycloak-*"))
    if len(homes) != 1:
        raise NotInstalled("the distribution holds no Keycloak")
    return homes[0]


def _build_keycloak(folder: Path) -> Sequence[str]:
    # An optimised server starts in half the time, and several may run side by side.
    return (str(keycloak_home(folder) / "bin" / "kc.sh"), "build", "--db=dev-mem")


def _build_spire(folder: Path) -> Sequence[str]:
    """From its own folder, so that its own go.sum is what dependencies are checked against."""
    found = json.loads(subprocess.check_output(["go", "mod", "download", "-json", SPIRE], text=True))  # noqa: S607
    if found["Sum"] != SPIRE_SUM:
        raise NotInstalled("SPIRE's sources have another checksum than expected")
    output = f"{folder / 'target'}/"
    build = ("go", "build", "-C", found["Dir"], "-trimpath", "-o", output)
    return (*build, "./cmd/spire-server", "./support/oidc-discovery-provider")


def _by_npm(folder: Path) -> Installation:
    return Installation(
        name=folder.name,
        folder=folder,
        tools=("node", "npm"),
        inputs=("package-lock.json", ".npmrc"),
        steps=(lambda _: ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),),
        seconds=120,
    )


def _by_maven(folder: Path) -> Installation:
    return Installation(
        name=folder.name,
        folder=folder,
        tools=("java", "mvn"),
        inputs=("pom.xml",),
        steps=(lambda _: ("mvn", "--quiet", "--batch-mode", "dependency:copy-dependencies"),),
        seconds=300,
    )


def installations(folder: Path = HERE) -> tuple[Installation, ...]:
    """Every issuer that the suite knows, with its place under `folder`."""
    return (
        _by_npm(folder / "oidc-provider"),
        _by_npm(folder / "oauth4webapi"),
        _by_npm(folder / "openid-client"),
        _by_npm(folder / "google-auth-library"),
        Installation(
            name="go-clients",
            folder=folder / "go-clients",
            tools=("go",),
            inputs=("go.mod", "go.sum", "kubectl/main.go", "oauth2/main.go"),
            steps=(lambda _: ("go", "build", "-trimpath", "-o", "target/", "./kubectl", "./oauth2"),),
            seconds=1200,
        ),
        Installation(
            name="go-oidc",
            folder=folder / "go-oidc",
            tools=("go",),
            inputs=("go.mod", "go.sum", "main.go"),
            steps=(lambda _: ("go", "build", "-trimpath", "-o", "target/", "."),),
            seconds=300,
        ),
        Installation(
            name="dex",
            folder=folder / "dex",
            tools=("go", "env"),
            inputs=("go.mod", "go.sum"),
            steps=(lambda _: ("env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-o", "target/", DEX),),
            seconds=1800,
        ),
        _by_maven(folder / "nimbus"),
        _by_maven(folder / "mock-oauth2-server"),
        Installation(
            name="keycloak",
            folder=folder / "keycloak",
            tools=("java", "mvn"),
            inputs=("pom.xml",),
            steps=(
                lambda _: ("mvn", "--quiet", "--batch-mode", "dependency:unpack-dependencies"),
                _build_keycloak,
            ),
            seconds=300,
        ),
        Installation(
            name="spire",
            folder=folder / "spire",
            tools=("go", "gcc"),
            inputs=(),
            steps=(lambda _: ("go", "mod", "download", SPIRE), _build_spire),
            seconds=1800,
            version=SPIRE,
        ),
    )
