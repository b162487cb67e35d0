"""Parts of a page that arrive by themselves: server-sent events, for as long as the page is seen."""

from collections.abc import AsyncIterator, Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

LONGEST = 3600.0
"""Seconds that a stream lasts; the browser begins another one by itself."""


def stream(look: Callable[[], str], every: float) -> StreamingResponse:
    """`look`: HTML of the part now; it raises nothing. Sent when it differs. Ends when the browser goes."""
    return StreamingResponse(_events(look, every), media_type="text/event-stream")


async def _events(look: Callable[[], str], every: float) -> AsyncIterator[bytes]:
    last: str | None = None
    with anyio.move_on_after(LONGEST):
        while True:
            now = await run_in_threadpool(look)
            yield event(now) if now != last else b": still here\n\n"
            last = now
            await anyio.sleep(every)


def event(text: str) -> bytes:
    """As the HTML standard, section 9.2, has it: every line of the data by itself."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return ("".join(f"data: {line}\n" for line in lines) + "\n").encode()
