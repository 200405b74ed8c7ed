"""Tells the healthcheck sidecar, once a second, how many workers a gevent program has, and whether its hub still runs.

    import healthcheck_gevent

    pool = gevent.pool.Pool(100)
    watch = healthcheck_gevent.start(pool)

What is sent, as StatsD gauges over UDP:

    workers.lease:5000|g   the numbers of this process are good for 5 s
    workers:100|g          workers that can take or finish work; 0 while the hub is blocked
    workers.draining:1|g   after watch.drain(): the program has begun to stop

A greenlet leaves a mark whenever the hub lets it run; a thread of the operating system, which a blocked hub cannot
stop, looks at the mark and speaks. A hub that has let no greenlet run for HEALTHCHECK_STUCK_AFTER has no able worker,
until it runs again. One greenlet that waits for ever is not seen: it looks like one that waits for its next work.

Under Gunicorn use healthcheck_hooks.py instead, with gevent workers too: there the arbiter sees each worker's hub.

Settings, from the environment; the first that is set counts:

    HEALTHCHECK_HOST         STATSD_HOST, localhost
    HEALTHCHECK_PORT         STATSD_PORT, 8125
    HEALTHCHECK_PREFIX       none
    HEALTHCHECK_INTERVAL     1s
    HEALTHCHECK_LEASE        5s
    HEALTHCHECK_STUCK_AFTER  60s; 0: a blocked hub is not looked for
    HEALTHCHECK_ENABLED      true

Nothing here raises into the program, waits for the network, or keeps gevent.wait() from returning. A wrong setting is
named on stderr, and the program runs on without us. No dependencies but gevent. Python 3.8 or newer, gevent 20 or
newer.
"""

import _thread
import atexit
import os
import re
import socket
import sys
import time

import gevent
import gevent.monkey

__all__ = ["start"]


def start(workers):
    """Begins to report, from the thread whose hub is to be watched. In a forked child: call it again.

    workers -- a gevent.pool.Pool: its size, however busy; one without a size, or a Group: its living greenlets; a
        number; or a function, called on a greenlet, that returns one.
    """
    watch = _Watch(workers)
    try:
        settings = _Settings(os.environ, name="workers")
        if settings.enabled:
            watch._begin(settings)
    except _BadSetting as problem:
        _complain("%s; nothing is reported" % problem)
    except Exception as problem:
        _complain("nothing is reported: %r" % problem)
    return watch


class _Watch:
    """One hub, told about until the process ends or `stop` is called."""

    def __init__(self, workers):
        self._workers = workers
        self._pid = os.getpid()
        self._wire = None
        self._able = 0
        self._ran_at = time.monotonic()
        self._blocked = False
        self._draining = False
        self._stopped = False

    def drain(self):
        """Says that the program has begun to stop: alive, but not ready for more."""
        self._draining = True
        self._report()

    def stop(self):
        """Says that no worker is left. The end of the interpreter does it too."""
        self._draining = True
        self._stopped = True
        self._report()

    def _begin(self, settings):
        self._interval = settings.interval
        self._lease_millis = settings.lease_millis
        self._stuck_after = settings.seconds("STUCK_AFTER", "60s", 0, 86400)
        self._sleep = _unpatched(time, "sleep")
        self._lock = _unpatched(_thread, "allocate_lock")()
        wire = _Wire(settings)
        wire.look_up()
        self._wire = wire
        self._count()
        self._report()
        gevent.spawn(self._mark)
        _unpatched(_thread, "start_new_thread")(self._speak, ())
        atexit.register(self.stop)

    def _mark(self):
        """On a greenlet: only a hub that runs gets here."""
        while not self._stopped:
            gevent.sleep(self._interval, ref=False)
            self._count()

    def _count(self):
        try:
            self._able = max(0, int(_number(self._workers)))
        except Exception as problem:
            if self._able >= 0:
                _complain("the workers cannot be counted, which counts as none: %r" % problem)
            self._able = -1
        self._ran_at = time.monotonic()

    def _speak(self):
        """On a thread of the operating system."""
        while not self._stopped:
            self._sleep(self._interval)
            self._wire.look_up()
            self._report()

    def _report(self):
        if self._wire is None or os.getpid() != self._pid:
            return
        with self._lock:
            able = 0 if self._stopped or self._is_blocked() else max(0, self._able)
            self._wire.send("lease", self._lease_millis)
            if self._draining:
                self._wire.send("draining", 1)
            self._wire.send(None, able)

    def _is_blocked(self):
        silent = time.monotonic() - self._ran_at
        blocked = 0 < self._stuck_after < silent
        if blocked != self._blocked:
            self._blocked = blocked
            _complain("the hub has not run for %.0f s: no worker is able" % silent if blocked else "the hub runs again")
        return blocked


def _number(workers):
    if callable(workers):
        return workers()
    size = getattr(workers, "size", None)
    if size is not None:
        return size
    return len(workers) if hasattr(workers, "__len__") else workers


# --- From here on the same in healthcheck_hooks.py and healthcheck_gevent.py: each is one file to copy. ---


class _BadSetting(Exception):
    """Names the setting, its value and what is allowed."""


class _Settings:
    """What the environment says; what it leaves out is as given, or as the sidecar has it."""

    def __init__(self, environ, host=None, port=None, prefix=None, name="gunicorn.workers"):
        self._environ = environ
        enabled = self._text("true", "HEALTHCHECK_ENABLED")
        if enabled.lower() not in ("true", "false"):
            raise _BadSetting("enabled is %r; allowed: true or false" % enabled)
        self.enabled = enabled.lower() == "true"
        self.host = self._text(host or "localhost", "HEALTHCHECK_HOST", "STATSD_HOST")
        if self.host.startswith(("unix:", "/")):
            raise _BadSetting("host is %r; allowed: a name or an address, the sidecar hears UDP only" % self.host)
        port = self._text(str(port or 8125), "HEALTHCHECK_PORT", "STATSD_PORT")
        if not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
            raise _BadSetting("port is %r; allowed: a number from 1 to 65535" % port)
        self.port = int(port)
        prefix = self._text(prefix or "", "HEALTHCHECK_PREFIX").rstrip(".")
        if not re.fullmatch("[!-~]*", prefix) or re.search("[:|@#]", prefix):
            raise _BadSetting("prefix is %r; allowed: printable ASCII without blanks and : | @ #" % prefix)
        self.name = prefix + "." + name if prefix else name
        self.interval = self.seconds("INTERVAL", "1s", 0.1, 60)
        lease = self.seconds("LEASE", "5s", 0.2, 3600)
        if lease < 2 * self.interval:
            raise _BadSetting("lease is %gs; allowed: at least twice the interval" % lease)
        self.lease_millis = int(lease * 1000)

    def _text(self, default, *names):
        texts = (self._environ.get(name, "").strip() for name in names)
        # Kubernetes gives a pod STATSD_PORT=udp://10.0.0.7:8125 if there is a service called statsd.
        return next((text for text in texts if text and not re.match("(tcp|udp|sctp)://", text)), default)

    def seconds(self, key, default, least, most):
        text = self._text(default, "HEALTHCHECK_" + key)
        parts = re.fullmatch("([0-9]{1,9}) *(ms|s|m|h|)", text.lower())
        unit = {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600}
        seconds = int(parts.group(1)) * unit[parts.group(2)] if parts else -1
        if not least <= seconds <= most:
            allowed = "a duration from %gs to %gs, such as 500ms, 5s or 1m" % (least, most)
            raise _BadSetting("%s is %r; allowed: %s" % (key.lower().replace("_", "-"), text, allowed))
        return seconds


class _Wire:
    """One UDP socket to the sidecar. It never waits; what cannot be sent is lost, as it may be on the way."""

    def __init__(self, settings):
        self._settings = settings
        self._socket = None
        self._address = None
        self._look_up_at = 0

    def look_up(self):
        """Finds the address now and then: a name may come late, or move."""
        now = time.monotonic()
        if now < self._look_up_at:
            return
        getaddrinfo = _unpatched(socket, "getaddrinfo")
        try:
            with _looking_up:
                found = getaddrinfo(self._settings.host, self._settings.port, 0, socket.SOCK_DGRAM)
            # As Gunicorn's own StatsD: IPv4 where there is a choice.
            family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
            if self._socket is None or self._socket.family != family:
                # Not connected: a connected one loses the datagram that follows a refused one.
                self._socket = _unpatched(socket, "socket")(family, socket.SOCK_DGRAM)
                self._socket.setblocking(False)
            self._address = address
        except (OSError, UnicodeError):
            pass
        self._look_up_at = time.monotonic() + (5 if self._address is None else 30)

    def is_to(self, other):
        """Whether a connected socket has the same peer."""
        try:
            return other is not None and self._address is not None and other.getpeername()[:2] == self._address[:2]
        except OSError:
            return False

    def send(self, aspect, value):
        """Sends a gauge in a datagram of its own: not every StatsD server splits them."""
        name = self._settings.name if aspect is None else self._settings.name + "." + aspect
        if self._address is not None:
            try:
                self._socket.sendto(b"%s:%d|g" % (name.encode("ascii"), value), self._address)
            except OSError:
                pass


def _unpatched(module, name):
    """What gevent's monkey patching may have replaced: a thread of ours is one of the operating system's."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None:
        return monkey.get_original(module.__name__, name)
    return getattr(module, name)


def _complain(sentence):
    """Past Python's own streams, whose locks a fork may copy."""
    try:
        os.write(2, ("healthcheck: %s\n" % sentence).encode("utf-8", "replace"))
    except OSError:
        pass


# A process forked while the C library looks up a name may never be able to look one up itself: a fork waits for it,
# though not for long, since the library holds no lock while it waits for the network.
_looking_up = _unpatched(_thread, "allocate_lock")()
_fork_holds = False


def _before_fork():
    global _fork_holds
    _fork_holds = _looking_up.acquire(timeout=1)


def _after_fork():
    if _fork_holds:
        _looking_up.release()


def _after_fork_in_child():
    global _looking_up
    _looking_up = _unpatched(_thread, "allocate_lock")()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
