"""MiniStack with what it lacks of AWS and this stack needs: `python -m tests.deployed.shim` in .venv-engine.

Each piece stands where a change of the engine itself would, follows one AWS document and is said in docs/deployed.md.
"""

from ministack import app  # type: ignore[import-not-found]

from tests.deployed.shim import (
    addresses,
    conditions,
    http_api,
    http_proxy,
    named_only,
    origin_access,
    properties,
    query_definitions,
    runtime,
    stack_events,
)

for piece in (
    addresses,
    conditions,
    http_api,
    http_proxy,
    named_only,
    origin_access,
    properties,
    query_definitions,
    runtime,
    stack_events,
):
    piece.install()
app.main()
