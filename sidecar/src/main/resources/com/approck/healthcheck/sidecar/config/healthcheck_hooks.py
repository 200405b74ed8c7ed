"""Reports to the healthcheck sidecar, once a second, how many Gunicorn workers are able.

In gunicorn.conf.py, above or below hooks of your own, which stay as they are, one of these lines:

    import healthcheck_hooks
    from healthcheck.gunicorn.hooks import *

The second one is the Python original's; `healthcheck-sidecar --write-hooks DIR` makes the package for it.

What is sent comes from the arbiter, as StatsD gauges over UDP:

    gunicorn.workers.lease:5000|g   the numbers of this arbiter are good for 5 s
    gunicorn.workers.draining:1|g   the arbiter has begun to stop
    gunicorn.workers:4|g            workers that can take or finish work

A worker is able once its main loop has begun to turn, as long as its process lives, its heartbeat is younger than
Gunicorn's own `timeout` (0: that is not asked), and not all of its request threads are stuck. A thread is stuck when it
has been on the same request for HEALTHCHECK_STUCK_AFTER without using CPU. Only workers of the classes sync and gthread
have such threads, and only on Linux can they be followed. If the last able worker is missing while others boot, that is
reported after a second look. A timer proves nothing here: a worker that makes no progress is not able.

Settings, from the environment; the first that is set counts:

    HEALTHCHECK_STATSD_HOST  STATSD_HOST, the host of Gunicorn's statsd_host, localhost
    HEALTHCHECK_STATSD_PORT  STATSD_PORT, the port of Gunicorn's statsd_host, 8125
    HEALTHCHECK_PREFIX       Gunicorn's statsd_prefix, none
    HEALTHCHECK_INTERVAL     1s
    HEALTHCHECK_LEASE        5s
    HEALTHCHECK_STUCK_AFTER  60s, or Gunicorn's `timeout` if that is longer; 0: requests are not followed
    HEALTHCHECK_ENABLED      true

Nothing here raises into Gunicorn, or waits for the network or for the reader of a log. Gunicorn's error log gets a line
at the start, and one when workers are stuck or no longer are. A wrong setting is named there, and Gunicorn runs on
without reports. No dependencies. Python 3.8 or newer, Gunicorn 20 or newer.
"""

import collections
import functools
import os
import time
from typing import Deque

from healthcheck_requests import _follow_requests
from healthcheck_wire import _BadSetting, _can_write, _has_exited, _Reporter, _Settings, _warn

# The hooks of the original are not among them: with a star they would take the place of hooks defined above it.
__all__ = ["install"]


def install():
    """Has every arbiter of this process report once it has started. The import has done it; more calls change nothing.

    It wraps a method of the arbiter and sets no hook, because Gunicorn has one place for each: a hook that is defined
    later in gunicorn.conf.py would replace it without a word.
    """
    try:
        from gunicorn.arbiter import Arbiter

        start = Arbiter.start
        # A second copy of this module may have done it.
        if getattr(start, "healthcheck", False):
            return

        @functools.wraps(start)
        def start_and_report(arbiter, *args, **kwargs):
            result = start(arbiter, *args, **kwargs)
            _begin(arbiter)
            return result

        setattr(start_and_report, "healthcheck", True)
        setattr(Arbiter, "start", start_and_report)
    except Exception as problem:
        _warn("this Gunicorn is of an unknown kind, nothing is reported: %r" % problem)


def post_worker_init(worker):
    """For a configuration that imports the hooks of the Python original by name, or calls them. It does nothing."""


def worker_abort(worker):
    """As `post_worker_init`."""


def worker_exit(server, worker):
    """As `post_worker_init`."""


def _begin(arbiter):
    """Runs on the arbiter's main thread, before the first worker is forked."""
    try:
        host, port, prefix = _gunicorns_own(arbiter)
        settings = _Settings(os.environ, "gunicorn.workers", host, port, prefix)
        if settings.enabled:
            # Who has given Gunicorn a longer `timeout` has requests that may take that long.
            _Arbiter(arbiter, settings, settings.stuck_after(arbiter.timeout)).begin()
            _log(arbiter, "info", "reporting to %s:%d" % (settings.host, settings.port))
    except _BadSetting as problem:
        _log(arbiter, "error", "%s; nothing is reported" % problem)
    except Exception as problem:
        _log(arbiter, "error", "nothing is reported: %r" % problem)


def _gunicorns_own(arbiter):
    """Host, port and prefix as Gunicorn's own StatsD settings have them."""
    address = getattr(arbiter.cfg, "statsd_host", None)
    host, port = address if isinstance(address, tuple) else (None, None)
    if isinstance(address, str):
        _log(
            arbiter,
            "warning",
            "Gunicorn's statsd_host is the Unix socket %s, and the sidecar has none: reports go to"
            " HEALTHCHECK_STATSD_HOST and HEALTHCHECK_STATSD_PORT (localhost and 8125 if they are not set)" % address,
        )
    return host, port, getattr(arbiter.cfg, "statsd_prefix", None)


def _log(arbiter, level, sentence):
    """Leaves the line out if a reader of Gunicorn's log has stopped to read: it would stop the arbiter."""
    try:
        handlers = getattr(getattr(arbiter.log, "error_log", None), "handlers", ())
        if all(_is_read(handler) for handler in handlers):
            getattr(arbiter.log, level)("healthcheck: %s", sentence)
    except Exception as problem:
        _warn("%s (Gunicorn's log: %r)" % (sentence, problem))


def _is_read(handler):
    try:
        return _can_write(handler.stream.fileno())
    except (AttributeError, OSError, ValueError):
        # Of a kind without a file.
        return True


class _Arbiter:
    """Counts the able workers of one arbiter, on the reporter's thread: the arbiter's own loop stands still while it
    stops, reloads and forks."""

    def __init__(self, arbiter, settings, stuck_after):
        """stuck_after -- in seconds; 0: no worker is stuck."""
        self._arbiter = arbiter
        self._interval = settings.interval
        self._stuck_after = stuck_after
        self._reporter = _Reporter(settings, self._count)
        self._looked_at = time.monotonic()
        self._heartbeats = {}
        self._stuck = set()
        self._lines: Deque[str] = collections.deque(maxlen=10)
        self._reported = 0
        self._in_doubt = False

    def begin(self):
        self._leave_out_gunicorns_gauge()
        self._follow_stop()
        if self._stuck_after:
            self._follow_requests()
        # Before the first worker: whatever else Gunicorn sends, the lease is there first.
        self._reporter.begin(patience=1)

    def _count(self):
        self._reported = self._able()
        return {None: self._reported}

    def _able(self):
        now = time.monotonic()
        # While this process stood still, so did its workers.
        elapsed = min(now - self._looked_at, 2 * self._interval)
        self._looked_at = now
        limit = self._arbiter.timeout
        heartbeats = {}
        stuck = {}
        able = booting = 0
        # A copy, in one step: the arbiter's thread adds and removes meanwhile.
        for pid, worker in self._arbiter.WORKERS.copy().items():
            if _has_exited(pid):
                continue
            try:
                heartbeat = _Heartbeat(os.fstat(worker.tmp.fileno()), now, self._heartbeats.get(pid))
            except (OSError, ValueError):
                # Reaped since the copy.
                continue
            heartbeats[pid] = heartbeat
            stuck[pid] = self._is_stuck(worker, pid, elapsed)
            if not heartbeat.begun:
                booting += 1
            elif stuck[pid]:
                continue
            elif not limit or now - heartbeat.since <= limit:
                able += 1
        self._heartbeats = heartbeats
        self._note_changes(stuck)
        # A reload replaces all at once, and the new ones take a moment to begin: zero is reported at the second sample.
        self._in_doubt = bool(booting and not able and self._reported and not self._in_doubt)
        return self._reported if self._in_doubt else able

    def _is_stuck(self, worker, pid, elapsed):
        requests = getattr(worker, "healthcheck_requests", None)
        return requests is not None and 0 < self._stuck_after <= requests.look(pid, elapsed)

    def _note_changes(self, stuck):
        """stuck -- whether it is, by the pid of each worker that lives."""
        before, self._stuck = self._stuck, {pid for pid in stuck if stuck[pid]}
        begun = sorted(self._stuck - before)
        ended = sorted(pid for pid in before - self._stuck if pid in stuck)
        if begun:
            reason = "every request thread has been on one request for %g s without using CPU" % self._stuck_after
            self._lines.append("%s stuck: %s" % (_subject(begun), reason))
        if ended:
            self._lines.append("%s no longer stuck" % _subject(ended))

    def _follow_requests(self):
        try:
            self._log_in_main_loop()
            _follow_requests()
        except Exception as problem:
            _log(self._arbiter, "warning", "requests cannot be followed: %r" % problem)

    def _log_in_main_loop(self):
        """The reporter's thread must not log: a process forked meanwhile would find the log's stream locked."""
        look = self._arbiter.murder_workers

        @functools.wraps(look)
        def log_and_look(*args, **kwargs):
            while self._lines:
                _log(self._arbiter, "warning", self._lines.popleft())
            return look(*args, **kwargs)

        self._arbiter.murder_workers = log_and_look

    def _follow_stop(self):
        """TERM, INT, QUIT and an arbiter that gives up all end in `stop`, which returns when no worker is left."""
        stop = self._arbiter.stop

        @functools.wraps(stop)
        def stop_and_report(*args, **kwargs):
            self._reporter.drain()
            try:
                return stop(*args, **kwargs)
            finally:
                self._reporter.stop()

        self._arbiter.stop = stop_and_report

    def _leave_out_gunicorns_gauge(self):
        """Gunicorn's own `gunicorn.workers` has no lease: at the same sidecar its last value would stay for good."""
        log = self._arbiter.log
        if not hasattr(log, "gauge"):
            return
        gauge = log.gauge

        @functools.wraps(gauge)
        def other_gauges(name, *args, **kwargs):
            if name != "gunicorn.workers" or not self._reporter.sender.is_to(getattr(log, "sock", None)):
                gauge(name, *args, **kwargs)

        log.gauge = other_gauges


def _subject(pids):
    pattern = "worker %s is" if len(pids) == 1 else "workers %s are"
    return pattern % ", ".join(map(str, pids))


class _Heartbeat:
    """What the temporary file of a worker says: Gunicorn's worker touches it whenever its main loop turns.

    Gunicorn 20.1 and older change the file's mode, newer ones set its modification time to the monotonic clock. Both
    change the inode, whose time is taken for no more than a mark that moves: its age is measured here, by a clock
    that cannot be set.
    """

    def __init__(self, file, now, last):
        self._mark = file.st_ctime_ns
        moved = last is not None and last._mark != self._mark
        self.since = now if last is None or moved else last.since
        # The arbiter makes the file with mode 0600 and both times the same; a worker that still loads leaves it so.
        untouched = file.st_mode & 0o777 == 0o600 and abs(file.st_ctime - file.st_mtime) < 3600
        self.begun = moved or not untouched or (last is not None and last.begun)


install()
