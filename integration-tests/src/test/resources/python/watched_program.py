"""A gevent program with healthcheck_gevent: five greenlets that work, as its pool has.

On stdin, a line each: "block SECONDS" blocks the hub for that time; "end" ends by gevent.wait(), as programs do whose
greenlets have all ended. SIGTERM: says that it drains, finishes for 3 s, and ends.
"""

import signal
import sys

from gevent import monkey

monkey.patch_all()

import gevent  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402
from gevent.pool import Pool  # noqa: E402

import healthcheck_gevent  # noqa: E402

pool = Pool(5)
watch = healthcheck_gevent.start(pool)


def stop():
    watch.drain()
    gevent.sleep(3)
    sys.exit(0)


gevent.signal_handler(signal.SIGTERM, stop)
print("STARTED", flush=True)
for line in FileObject(sys.stdin, "r"):
    what, _, seconds = line.strip().partition(" ")
    if what == "block":
        monkey.get_original("time", "sleep")(float(seconds))
    elif what == "end":
        break
    # Lines that came together are read without a turn of the hub.
    gevent.sleep(0.05)
pool.spawn(gevent.sleep, 0.1)
gevent.wait()
print("WAITED", flush=True)
