"""Our keys' life on a laptop: the real functions, in the place of their schedules and of the trust table's stream."""

from collections.abc import Mapping

from federation.aws.clients import boto_dynamodb
from federation.aws.key_sets import DocumentKeySets
from federation.aws.trust_writer import DynamoTrustWriter
from federation.local.functions import Runtime
from federation.local.routes import FunctionTarget
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock
from functions import publish, rotate

PUBLISH = FunctionTarget("PublishFunction", "functions.publish", timeout=60, memory=512)
ROTATE = FunctionTarget("RotateFunction", "functions.rotate", timeout=60, memory=512)
ROTATION = 300
"""Looks between two runs of the function that rotates."""
FIRST_ROTATION = 30
"""The first: making an RSA key takes this process half a second, and no standby is needed before it was seen."""


class LocalKeys:
    """One look at the key set each time it is called: published when it has moved."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        handlers = {PUBLISH.name: publish.build(environment), ROTATE.name: rotate.build(environment)}
        self._runtime = Runtime(handlers, SystemClock(), RandomIdentifiers())
        self._key_sets = DocumentKeySets(DynamoTrustWriter(boto_dynamodb(), settings.trust_table))
        self._published = self._version()
        self._looks = ROTATION - FIRST_ROTATION

    def __call__(self) -> None:
        """Raises what the functions raise; the next look does what was left."""
        self._looks += 1
        if self._looks % ROTATION == 0:
            self._runtime.invoke(ROTATE, {})
        if self._looks % ROTATION == 0 or self._version() != self._published:
            self._runtime.invoke(PUBLISH, {})
            self._published = self._version()

    def _version(self) -> int:
        keys = self._key_sets.load()
        return 0 if keys is None else keys.version
