"""An application for ASGI servers that starts slowly or not at all, waits, and blocks its event loop.

LOAD_SECONDS: how long its startup takes; FAILS_TO_LOAD: the module cannot be imported. Says LOADED and BLOCKED on stderr.

/sleep/SECONDS answers after that time, as a request that waits for a database does.
/block/SECONDS keeps the event loop from running for that time.
"""

import asyncio
import os
import time

import healthcheck_asgi

# The documentation has the line above and nothing else; this is for the linter.
__all__ = ["application", "healthcheck_asgi"]


def say(word):
    os.write(2, ("%s %d\n" % (word, os.getpid())).encode())


if "FAILS_TO_LOAD" in os.environ:
    raise RuntimeError("cannot be loaded")


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    what, _, seconds = scope["path"].lstrip("/").partition("/")
    if what == "sleep":
        await asyncio.sleep(float(seconds))
    elif what == "block":
        say("BLOCKED")
        time.sleep(float(seconds))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"pong"})


async def lifespan(receive, send):
    await receive()
    await asyncio.sleep(float(os.environ.get("LOAD_SECONDS", "0")))
    say("LOADED")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
