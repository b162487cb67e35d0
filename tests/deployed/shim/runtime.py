"""Functions run in a Python that has nothing but what they packed, and of the version that they were packed for.

Lambda Developer Guide, "Lambda runtimes". The engine runs them in its own environment, whose packages they would see.
"""

import os
from collections.abc import Callable

from ministack.core import lambda_runtime  # type: ignore[import-not-found]

PYTHON = "DEPLOYED_PYTHON"
"""Environment variable: path of that Python."""


def install() -> None:
    """From now on."""
    lambda_runtime._detect_runtime_binary = _in(os.environ[PYTHON], lambda_runtime._detect_runtime_binary)


def _in(python: str, detect: Callable[[str], tuple[str, str]]) -> Callable[[str], tuple[str, str]]:
    def find(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (python, script) if runtime.startswith("python") else (binary, script)

    return find
