"""A Gunicorn with our hooks, and hooks of its own on both sides of the line."""

import os
import time


def when_ready(server):
    server.log.info("own when_ready")


import healthcheck_hooks; healthcheck_hooks.install()  # noqa: E401,E402,E702 (as the documentation has it)


def child_exit(server, worker):
    server.log.info("own child_exit")
    if "ARBITER_HANGS" in os.environ:
        time.sleep(3600)


def on_exit(server):
    server.log.info("own on_exit")
