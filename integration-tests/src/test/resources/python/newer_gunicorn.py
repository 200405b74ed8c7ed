"""What newer Gunicorns do otherwise than Debian's, done to the hooks by hand: such a one cannot be had as a package.

Since 21 the heartbeat is the file's modification time, set to the monotonic clock (gunicorn/workers/workertmp.py), and
statsd_host may be the path of a Unix socket (gunicorn/config.py, validate_statsd_address).
"""

import os
import tempfile
import time
from types import SimpleNamespace

import healthcheck_hooks as hooks


def heartbeats():
    with tempfile.TemporaryFile() as file:

        def look(last, now):
            return hooks._Heartbeat(os.fstat(file.fileno()), now, last)

        def turn():
            time.sleep(0.02)  # longer than the grain of the file system's clock
            os.utime(file.fileno(), (time.monotonic(), time.monotonic()))

        booting = look(look(None, 100), 101)
        assert not booting.begun and booting.since == 100
        turn()
        assert look(None, 102).begun, "seen for the first time when it had begun"
        begun = look(booting, 102)
        assert begun.begun and begun.since == 102
        hung = look(begun, 140)
        assert hung.begun and hung.since == 102
        turn()
        assert look(hung, 141).since == 141


def unix_socket():
    warnings = []
    log = SimpleNamespace(warning=lambda text, *args: warnings.append(text % args), error_log=None)
    cfg = SimpleNamespace(statsd_host="/run/statsd.sock", statsd_prefix="")
    assert hooks._gunicorns_own(SimpleNamespace(cfg=cfg, log=log)) == (None, None, "")
    assert len(warnings) == 1 and "is the Unix socket /run/statsd.sock, and the sidecar has none" in warnings[0]
    settings = hooks._Settings({"STATSD_PORT": "udp://10.0.0.7:8125"}, "gunicorn.workers", None, None, "")
    assert (settings.host, settings.port, settings.name) == ("localhost", 8125, "gunicorn.workers")


heartbeats()
unix_socket()
