"""Loads slowly or not at all, sleeps, blocks: what the scenarios with Gunicorn ask for.

LOAD_SECONDS: how long it takes to load; FAILS_TO_LOAD: it then fails. Says LOADED and BLOCKED on stderr.

/sleep/SECONDS answers after that time, as a request that waits for a database does.
/stream/SECONDS answers with a byte each half second, for that time.
/block never answers, in a call into C that neither another greenlet nor SIGABRT gets out of.
"""

import os
import signal
import time


def say(word):
    os.write(2, ("%s %d\n" % (word, os.getpid())).encode())


def stream(seconds):
    for _ in range(int(float(seconds) / 0.5)):
        time.sleep(0.5)
        yield b"."


def application(environ, start_response):
    what, _, seconds = environ["PATH_INFO"].lstrip("/").partition("/")
    if what == "sleep":
        time.sleep(float(seconds))
    elif what == "block":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGABRT])
        reader, _ = os.pipe()
        say("BLOCKED")
        os.read(reader, 1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return stream(seconds) if what == "stream" else [b"pong"]


time.sleep(float(os.environ.get("LOAD_SECONDS", "0")))
if "FAILS_TO_LOAD" in os.environ:
    raise RuntimeError("cannot be loaded")
say("LOADED")
