"""Tells the healthcheck sidecar, once a second, how many Gunicorn workers are able.

In gunicorn.conf.py, above or below hooks of your own, which stay as they are:

    import healthcheck_hooks; healthcheck_hooks.install()

What is sent comes from the arbiter, as StatsD gauges over UDP:

    gunicorn.workers.lease:5000|g   the numbers of this arbiter are good for 5 s
    gunicorn.workers:4|g            workers that can take or finish work
    gunicorn.workers.draining:1|g   the arbiter has been told to stop

A worker is able once its main loop has begun to turn, and as long as its process lives and its heartbeat is younger
than Gunicorn's own `timeout` (0: the process alone counts). While others boot, the last one to go is missed only when
it is missing for a second time. Nothing here counts by a timer: a worker that makes no
progress is not able, however well this module runs.

Settings, from the environment; the first that is set counts:

    HEALTHCHECK_HOST      STATSD_HOST, the host of Gunicorn's statsd_host, localhost
    HEALTHCHECK_PORT      STATSD_PORT, the port of Gunicorn's statsd_host, 8125
    HEALTHCHECK_PREFIX    Gunicorn's statsd_prefix, none
    HEALTHCHECK_INTERVAL  1s
    HEALTHCHECK_LEASE     5s
    HEALTHCHECK_ENABLED   true

Nothing here raises into Gunicorn, waits for the network, or logs more than a line. A wrong setting is named in
Gunicorn's error log, and Gunicorn runs on without us. No dependencies. Python 3.8 or newer, Gunicorn 20 or newer.
"""

import _thread
import functools
import os
import re
import socket
import sys
import time

__all__ = ["install"]


def install():
    """Has every arbiter of this process report once it has started. More calls than one change nothing.

    It wraps a method of the arbiter and sets no hook, since Gunicorn has one place for each: a hook of yours that is
    defined later would silently replace ours.
    """
    try:
        from gunicorn.arbiter import Arbiter

        start = Arbiter.start
        # A reload reads gunicorn.conf.py again.
        if getattr(start, "healthcheck", False):
            return

        @functools.wraps(start)
        def start_and_report(arbiter, *args, **kwargs):
            result = start(arbiter, *args, **kwargs)
            _begin(arbiter)
            return result

        start_and_report.healthcheck = True
        Arbiter.start = start_and_report
    except Exception as problem:
        _complain("this Gunicorn is none that we know, nothing is reported: %r" % problem)


def _begin(arbiter):
    """Runs on the arbiter's main thread, before the first worker is forked."""
    try:
        settings = _Settings(os.environ, *_gunicorns_own(arbiter))
        if settings.enabled:
            _Reporter(arbiter, settings).begin()
    except _BadSetting as problem:
        arbiter.log.error("healthcheck: %s; nothing is reported", problem)
    except Exception as problem:
        arbiter.log.error("healthcheck: nothing is reported: %r", problem)


def _gunicorns_own(arbiter):
    """Host, port and prefix as Gunicorn's own StatsD settings have them."""
    address = getattr(arbiter.cfg, "statsd_host", None)
    host, port = address if isinstance(address, tuple) else (None, None)
    if isinstance(address, str):
        arbiter.log.warning(
            "healthcheck: Gunicorn's statsd_host is the Unix socket %s and the sidecar hears UDP only:"
            " it is told by HEALTHCHECK_HOST and HEALTHCHECK_PORT (localhost and 8125 if they are not set)",
            address,
        )
    return host, port, getattr(arbiter.cfg, "statsd_prefix", None)


class _Reporter:
    """Counts the able workers of one arbiter and tells the sidecar.

    On a thread of its own, since the arbiter's loop stands still while it stops, reloads and forks. The thread is never
    inside a lock of Python's or the C library's while the arbiter forks; look-ups of names see to it themselves.
    """

    def __init__(self, arbiter, settings):
        self._arbiter = arbiter
        self._settings = settings
        self._wire = _Wire(settings)
        self._pid = os.getpid()
        self._heartbeats = {}
        self._told = 0
        self._in_doubt = False
        self._draining = False
        self._stopped = False
        self._complained = False
        self._lock = _unpatched(_thread, "allocate_lock")()
        self._sleep = _unpatched(time, "sleep")

    def begin(self):
        arbiter, settings = self._arbiter, self._settings
        self._wire.look_up()
        self._replace_gunicorns_gauge()
        self._follow_stop()
        # Before the first worker: whatever else Gunicorn sends, the lease is there first.
        self.report()
        _unpatched(_thread, "start_new_thread")(self._run, ())
        arbiter.log.info("healthcheck: telling %s:%d about the workers", settings.host, settings.port)

    def _run(self):
        # Where gevent or eventlet made a greenlet of this thread, a worker inherits it by fork: it ends there.
        while os.getpid() == self._pid:
            self._sleep(self._settings.interval)
            self._wire.look_up()
            self.report()

    def report(self):
        if os.getpid() != self._pid:
            return
        try:
            with self._lock:
                self._told = 0 if self._stopped else self._able()
                self._wire.send("lease", self._settings.lease_millis)
                if self._draining:
                    self._wire.send("draining", 1)
                self._wire.send(None, self._told)
        except Exception as problem:
            if not self._complained:
                self._complained = True
                _complain("the workers cannot be counted, nothing is reported: %r" % problem)

    def _able(self):
        now = time.monotonic()
        limit = self._arbiter.timeout
        heartbeats = {}
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
            if not heartbeat.begun:
                booting += 1
            elif not limit or now - heartbeat.since <= limit:
                able += 1
        self._heartbeats = heartbeats
        # A reload replaces all at once, and the new ones take a moment to begin: zero is told if they take two samples.
        self._in_doubt = bool(booting and not able and self._told and not self._in_doubt)
        return self._told if self._in_doubt else able

    def _follow_stop(self):
        """TERM, INT, QUIT and an arbiter that gives up all end in `stop`, which returns when no worker is left."""
        stop = self._arbiter.stop

        @functools.wraps(stop)
        def stop_and_report(*args, **kwargs):
            self._draining = True
            self.report()
            try:
                return stop(*args, **kwargs)
            finally:
                self._stopped = True
                self.report()

        self._arbiter.stop = stop_and_report

    def _replace_gunicorns_gauge(self):
        """Gunicorn's own `gunicorn.workers` has no lease: at the same sidecar its last word would stand for ever."""
        log = self._arbiter.log
        gauge = getattr(log, "gauge", None)
        if gauge is None or not self._wire.is_to(getattr(log, "sock", None)):
            return

        @functools.wraps(gauge)
        def gauge_but_ours(name, *args, **kwargs):
            if name != "gunicorn.workers":
                gauge(name, *args, **kwargs)

        log.gauge = gauge_but_ours


class _Heartbeat:
    """What the temporary file of a worker tells: Gunicorn's worker touches it whenever its main loop turns.

    Gunicorn 20.1 and older change the file's mode, newer ones set its modification time to the monotonic clock. Both
    change the inode, whose time we take for no more than a mark that moves: how old it is we measure ourselves, by a
    clock that cannot be set.
    """

    def __init__(self, file, now, last):
        self._mark = file.st_ctime_ns
        moved = last is not None and last._mark != self._mark
        self.since = now if last is None or moved else last.since
        # The arbiter makes the file with mode 0600 and both times the same; a worker that still loads leaves it so.
        untouched = file.st_mode & 0o777 == 0o600 and abs(file.st_ctime - file.st_mtime) < 3600
        self.begun = moved or not untouched or (last is not None and last.begun)


def _has_exited(pid):
    """Whether a worker has exited, reaped or not; leaves the reaping to the arbiter, which may be late with it."""
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


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
