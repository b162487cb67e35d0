# ruff: noqa: INP001 - a script of its own
"""An internal API: pipelines publish releases, devices fetch them. Needs fastapi and uvicorn."""

import os
from typing import Annotated
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response

from federation.resource_server.adapters.fastapi import Bridge
from federation.resource_server.claims import Claims
from federation.resource_server.verifier import Verifier


def artifacts(bridge: str, url: str) -> FastAPI:
    """The application. `url`: its own, which proofs of possession name."""
    app, door = FastAPI(), Bridge(Verifier(bridge, "artifacts"), url=url)
    releases: dict[str, bytes] = {}

    @app.put("/releases/{name}")
    async def publish(
        name: str, request: Request, claims: Annotated[Claims, door.require("artifacts:publish")]
    ) -> dict[str, object]:
        releases[name] = await request.body()
        return {"published": name, "by": claims.principal}

    @app.get("/releases/{name}", dependencies=[door.require("artifacts:read")])
    async def fetch(name: str) -> Response:
        if name not in releases:
            raise HTTPException(404)
        return Response(releases[name], media_type="application/octet-stream")

    return app


if __name__ == "__main__":
    own = os.environ["ARTIFACTS_URL"]
    uvicorn.run(artifacts(os.environ["FEDBRIDGE_URL"], own), port=urlsplit(own).port or 8000)
