"""MiniStack with what it lacks of AWS and this stack needs: `python -m tests.deployed.shim` in .venv-engine.

Each piece is a file beside this one. It stands where a change of the engine itself would, follows one AWS document and
is said in docs/deployed.md.
"""

from importlib import import_module
from pkgutil import iter_modules

from ministack import app  # type: ignore[import-not-found]

from tests.deployed import shim

for piece in iter_modules(shim.__path__, f"{shim.__name__}."):
    if not piece.name.endswith(".__main__"):
        import_module(piece.name).install()
app.main()
