"""A Gunicorn without our hooks."""

import os
import time


def child_exit(server, worker):
    if "ARBITER_HANGS" in os.environ:
        time.sleep(3600)
