import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.later import later, module_later
from tests.support.lambda_template import ROOT


class Made:
    def __init__(self, value: int) -> None:
        self.value = value

    def double(self) -> int:
        return 2 * self.value


def test_it_is_made_once_and_not_before_it_is_used() -> None:
    made: list[Made] = []

    def make() -> Made:
        made.append(Made(21))
        return made[-1]

    thing = later(make)
    assert made == []
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: thing.double(), range(50))) == {42}
    assert len(made) == 1
    assert thing.value == 21


def test_what_it_lacks_it_lacks() -> None:
    with pytest.raises(AttributeError, match="missing"):
        _ = later(lambda: Made(1)).missing  # type: ignore[attr-defined]


def test_making_is_tried_again_after_it_failed() -> None:
    answers: Iterator[Made | ValueError] = iter((ValueError("not yet"), Made(3)))

    def make() -> Made:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    thing = later(make)
    with pytest.raises(ValueError, match="not yet"):
        thing.double()
    assert thing.double() == 6


def test_a_module_is_imported_when_something_of_it_is_asked_for() -> None:
    calendar = module_later("calendar")
    assert calendar.isleap(2028)
    with pytest.raises(ModuleNotFoundError):
        _ = module_later("no_such_module_at_all").anything


def test_a_part_of_a_library_waits_while_the_rest_is_imported() -> None:
    code = (
        "import sys, federation.policy.cedar.engine, cedarpy; before = 'dataclasses' in sys.modules; "
        "said = cedarpy.pst.BoolLit(True).value; print(before, said, sys.modules['cedarpy.pst'].__spec__ is not None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False True True\n"
