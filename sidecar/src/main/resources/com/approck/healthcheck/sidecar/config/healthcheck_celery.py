"""Reports to the healthcheck sidecar, once a second, how many workers of a Celery worker's pool are able.

In the module that has the Celery application:

    import healthcheck_celery

What is sent comes from the main process of `celery worker`, as StatsD gauges over UDP:

    workers.lease:5000|g                the numbers of this worker are good for 5 s
    workers.draining:1|g                its shutdown has begun; tasks may still end
    workers.pool.celery:4|g             able workers of the pool: processes, threads or greenlets
    workers.pool.celery.busy:2|g        tasks in flight
    workers.pool.celery.stuck:0|g       tasks that run past their time limit
    workers.pool.celery.capacity:4|g    the size of the pool
    workers:4|g                         able workers once more: what the sidecar adds up

A process of the pool is able as long as it lives, a thread as long as the worker lives, and neither while its task runs
past its time limit (the soft one if there is no other). Celery itself kills such a process, and cannot kill a thread. A
task without a limit may run for ever. A broker that cannot be reached changes nothing: the pool waits for it.

Settings, from the environment; the first that is set counts:

    HEALTHCHECK_STATSD_HOST  STATSD_HOST, localhost
    HEALTHCHECK_STATSD_PORT  STATSD_PORT, 8125
    HEALTHCHECK_PREFIX       none
    HEALTHCHECK_INTERVAL     1s
    HEALTHCHECK_LEASE        5s
    HEALTHCHECK_ENABLED      true

Nothing here raises into Celery, or waits for the network or for the reader of stderr. A wrong setting is named on
stderr, and the worker runs on without reports. No dependencies but Celery. Python 3.8 or newer, Celery 5 or newer.
"""

import atexit
import os
import time

from healthcheck_wire import _BadSetting, _has_exited, _Reporter, _Settings, _warn

__all__ = ["install"]

_RUN = 1
_reporters = []


def install():
    """Has a worker of this process report from its pool's start. The import has done it; more calls change nothing."""
    try:
        from celery import signals

        signals.worker_init.connect(_begin, weak=False, dispatch_uid="healthcheck")
        signals.worker_shutting_down.connect(_drain, weak=False, dispatch_uid="healthcheck")
        signals.worker_shutdown.connect(_stop, weak=False, dispatch_uid="healthcheck")
    except Exception as problem:
        _warn("this Celery is of an unknown kind, nothing is reported: %r" % problem)


def _begin(sender=None, **_):
    """Runs in the worker's main process, before it makes its pool and connects to its broker."""
    try:
        settings = _Settings(os.environ, "workers")
        if settings.enabled:
            reporter = _Reporter(settings, _Pool(sender, settings.interval).count)
            _reporters.append(reporter)
            reporter.begin()
            atexit.register(reporter.stop)
    except _BadSetting as problem:
        _warn("%s; nothing is reported" % problem)
    except Exception as problem:
        _warn("nothing is reported: %r" % problem)


def _drain(**_):
    """In a signal's handler."""
    for reporter in _reporters:
        reporter.drain()


def _stop(**_):
    for reporter in _reporters:
        reporter.stop()


class _Pool:
    """Counts the workers of a Celery worker's pool, on the reporter's thread."""

    def __init__(self, worker, interval):
        self._worker = worker
        # Celery looks at its time limits once a second or so, and this module each interval.
        self._grace = 2 + interval
        self._started = False
        self._processes = False
        self._began = {}
        self._connected_at = None
        self._reported = 0
        self._empty_since = None

    def count(self):
        pool = self._worker.pool
        if not self._started:
            if pool is None or pool._state != _RUN:
                return None
            self._started = True
            self._processes = getattr(pool._pool, "_pool", None) is not None
        capacity = self._capacity(pool)
        living = self._living(pool) if self._processes else capacity
        busy, stuck = self._tasks()
        able = max(0, living - stuck)
        self._reported = self._reported if self._is_being_replaced(able, stuck) else able
        return {
            "pool.celery": self._reported,
            "pool.celery.busy": busy,
            "pool.celery.stuck": stuck,
            "pool.celery.capacity": capacity,
            None: self._reported,
        }

    def _capacity(self, pool):
        return int(getattr(pool._pool, "_processes", None) or pool.limit or 1)

    def _living(self, pool):
        # None once it has stopped.
        processes = getattr(pool._pool, "_pool", None) or ()
        return sum(process.pid is not None and not _has_exited(process.pid) for process in list(processes))

    def _is_being_replaced(self, able, stuck):
        """Celery looks once a second or so for processes that have ended, and replaces them."""
        now = time.monotonic()
        if able or stuck or not self._reported:
            self._empty_since = None
            return False
        if self._empty_since is None:
            self._empty_since = now
        return now - self._empty_since <= self._grace

    def _tasks(self):
        """How many are in flight, and how many of them run past their limits."""
        from celery.worker import state

        now = time.monotonic()
        began = {}
        late = 0
        for request in _copy(state.active_requests):
            began[request.id] = self._began.get(request.id, now)
            limit = self._limit(request)
            if limit and now - began[request.id] > limit + self._grace:
                late += 1
        self._began = began
        return len(began), late if self._follows_tasks(now) else 0

    def _follows_tasks(self, now):
        """While Celery waits for its broker, it neither sees that tasks of its processes end, nor ends them.

        Its consumer starts in steps, each time it connects: first the connection, last the loop that sees tasks end.
        """
        consumer = self._worker.consumer
        if consumer is None or consumer.blueprint.started < len(consumer.steps):
            self._connected_at = None
        elif self._connected_at is None:
            self._connected_at = now
        return not self._processes or (self._connected_at is not None and now - self._connected_at > self._grace)

    def _limit(self, request):
        """In seconds: the hard limit of the message, the task or the worker; otherwise the soft one; or none."""
        hard, soft = request.time_limits or (None, None)
        task, worker = request.task, self._worker
        return (
            hard or task.time_limit or worker.time_limit or soft or task.soft_time_limit or worker.soft_time_limit
        )


def _copy(requests):
    """The main thread adds and removes meanwhile."""
    for _ in range(10):
        try:
            return list(requests)
        except RuntimeError:
            pass
    return []


install()
