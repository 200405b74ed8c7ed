"""Reports to the healthcheck sidecar, once a second, how many workers a gevent program has, and whether its hub runs.

    import healthcheck_gevent

    pool = gevent.pool.Pool(100)
    watch = healthcheck_gevent.start(pool)

What is sent, as StatsD gauges over UDP:

    workers.lease:5000|g   the numbers of this process are good for 5 s
    workers.draining:1|g   after watch.drain(): the program has begun to stop
    workers:100|g          workers that can take or finish work; 0 while the hub is blocked

A greenlet leaves a mark whenever the hub lets it run; a thread of the operating system, which a blocked hub cannot
stop, looks at the mark and reports. A hub that has let no greenlet run for HEALTHCHECK_STUCK_AFTER has no able worker,
until it runs again. One greenlet that waits for ever is not seen: it looks like one that waits for its next work.

Under Gunicorn use healthcheck_hooks.py instead, with gevent workers too: there the arbiter sees each worker's hub.

Settings, from the environment; the first that is set counts:

    HEALTHCHECK_STATSD_HOST  STATSD_HOST, localhost
    HEALTHCHECK_STATSD_PORT  STATSD_PORT, 8125
    HEALTHCHECK_PREFIX       none
    HEALTHCHECK_INTERVAL     1s
    HEALTHCHECK_LEASE        5s
    HEALTHCHECK_STUCK_AFTER  60s; 0: a blocked hub is not looked for
    HEALTHCHECK_ENABLED      true

Nothing here raises into the program, waits for the network or for the reader of stderr, or keeps gevent.wait() from
returning. A wrong setting is named on stderr, and the program runs on without reports. No dependencies but gevent.
Python 3.8 or newer, gevent 20 or newer.
"""

import atexit
import os

import gevent
import gevent.monkey

from healthcheck_wire import _BadSetting, _Loop, _Reporter, _Settings, _warn

__all__ = ["start"]


def start(workers):
    """Begins to report, from the thread whose hub is to be watched. In a forked child: call it again.

    workers -- a gevent.pool.Pool: its size, however busy; one without a size, or a Group: its living greenlets; a
        number; or a function, called on a greenlet, that returns one.
    """
    watch = _Watch(workers)
    try:
        settings = _Settings(os.environ, "workers")
        if settings.enabled:
            watch._begin(settings)
    except _BadSetting as problem:
        _warn("%s; nothing is reported" % problem)
    except Exception as problem:
        _warn("nothing is reported: %r" % problem)
    return watch


class _Watch:
    """One hub, reported on until the process ends or `stop` is called."""

    def __init__(self, workers):
        self._workers = workers
        self._reporter = None
        self._hub = _Loop("hub", 0)
        self._able = 0
        self._can_count = True
        self._stopped = False

    def drain(self):
        """Reports that the program has begun to stop: alive, but not ready for more."""
        if self._reporter is not None:
            self._reporter.drain()

    def stop(self):
        """Reports that no worker is left. The end of the interpreter does it too."""
        self._stopped = True
        if self._reporter is not None:
            self._reporter.stop()

    def _begin(self, settings):
        self._hub = _Loop("hub", settings.stuck_after())
        self._reporter = _Reporter(settings, lambda: {None: self._able if self._hub.runs() else 0})
        self._count()
        self._reporter.begin()
        gevent.spawn(self._mark, settings.interval)
        atexit.register(self.stop)

    def _mark(self, interval):
        """On a greenlet: only a hub that runs gets here."""
        while not self._stopped:
            gevent.sleep(interval, ref=False)
            self._count()

    def _count(self):
        try:
            self._able = max(0, int(_number(self._workers)))
            self._can_count = True
        except Exception as problem:
            if self._can_count:
                _warn("the workers cannot be counted, which counts as none: %r" % problem)
            self._able = 0
            self._can_count = False
        self._hub.mark()


def _number(workers):
    if callable(workers):
        return workers()
    size = getattr(workers, "size", None)
    if size is not None:
        return size
    return len(workers) if hasattr(workers, "__len__") else workers
