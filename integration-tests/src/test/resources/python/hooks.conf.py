"""A configuration of the Python original with the one line that its documentation has, and hooks of its own around it."""

import os
import time


def when_ready(server):
    server.log.info("own when_ready")


from healthcheck.gunicorn.hooks import *  # noqa: E402,F403 (as the documentation of the original has it)


def child_exit(server, worker):
    server.log.info("own child_exit")
    if "ARBITER_HANGS" in os.environ:
        time.sleep(3600)


def on_exit(server):
    server.log.info("own on_exit")
