from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sound_bridge import SoundBridge, sound_bridge


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[SoundBridge]:
    with sound_bridge(tmp_path) as sound:
        yield sound
