"""A gevent program that says by a socket of its own how many of its pool's greenlets are there to work.

usage: gevent_program.py PORT NAME LEASE_MS

LEASE_MS 0: it tells no lease, as programs do that know nothing of one. SIGTERM: says 0 and ends.
"""

import signal
import sys

from gevent import monkey

monkey.patch_all()

import socket  # noqa: E402 (only a patched socket yields)

import gevent  # noqa: E402
from gevent.pool import Pool  # noqa: E402


def main():
    port, name, lease_ms = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    pool = Pool(3)
    for _ in range(3):
        pool.spawn(gevent.sleep, 3600)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def say(workers):
        lease = "%s.lease:%d|g\n" % (name, lease_ms) if lease_ms else ""
        out.sendto(("%s%s:%d|g" % (lease, name, workers)).encode(), ("localhost", port))

    def stop():
        say(0)
        sys.exit(0)

    gevent.signal_handler(signal.SIGTERM, stop)
    print("STARTED", flush=True)
    while True:
        say(len(pool))
        gevent.sleep(1)


main()
