"""What every module needs: settings, the UDP sender, the thread that reports. The sidecar's jar puts it into each."""

import _thread
import errno
import os
import re
import select
import socket
import sys
import time
from typing import List


class _BadSetting(Exception):
    """Names the setting, its value and what is allowed."""


class _Settings:
    """What the environment says; for what it leaves out the arguments count, and then the defaults."""

    def __init__(self, environ, name, host=None, port=None, prefix=None):
        self._environ = environ
        origin, enabled = self._text("true", "HEALTHCHECK_ENABLED")
        if enabled.lower() not in ("true", "false"):
            raise _BadSetting("%s is %r; allowed: true or false" % (origin, enabled))
        self.enabled = enabled.lower() == "true"
        origin, self.host = self._text(host or "localhost", "HEALTHCHECK_STATSD_HOST", "STATSD_HOST")
        if self.host.startswith(("unix:", "/")):
            allowed = "a name or an address, the sidecar has no Unix socket"
            raise _BadSetting("%s is %r; allowed: %s" % (origin, self.host, allowed))
        origin, port = self._text(str(port or 8125), "HEALTHCHECK_STATSD_PORT", "STATSD_PORT")
        if not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
            raise _BadSetting("%s is %r; allowed: a number from 1 to 65535" % (origin, port))
        self.port = int(port)
        origin, prefix = self._text(prefix or "", "HEALTHCHECK_PREFIX")
        prefix = prefix.rstrip(".")
        if not re.fullmatch("[!-~]*", prefix) or re.search("[:|@#]", prefix):
            raise _BadSetting("%s is %r; allowed: printable ASCII without blanks and : | @ #" % (origin, prefix))
        self.name = prefix + "." + name if prefix else name
        self.interval = self._seconds("HEALTHCHECK_INTERVAL", "1s", 0.1, 60)
        lease = self._seconds("HEALTHCHECK_LEASE", "5s", 0.2, 3600)
        if lease < 2 * self.interval:
            raise _BadSetting("HEALTHCHECK_LEASE is %gs; allowed: at least twice the interval" % lease)
        self.lease_millis = int(lease * 1000)

    def _text(self, default, *names):
        """The first variable that is set, and its text."""
        for name in names:
            text = self._environ.get(name, "").strip()
            # Kubernetes sets STATSD_PORT=udp://10.0.0.7:8125 in every pod if there is a Service called statsd.
            if text and not re.match("(tcp|udp|sctp)://", text):
                return name, text
        return "the default of " + names[0], default

    def stuck_after(self, timeout=0):
        longest = 86400
        return self._seconds("HEALTHCHECK_STUCK_AFTER", "%ds" % min(max(60, timeout), longest), 0, longest)

    def _seconds(self, name, default, least, most):
        text = self._text(default, name)[1]
        parts = re.fullmatch("([0-9]{1,9}) *(ms|s|m|h|)", text.lower())
        unit = {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600}
        seconds = int(parts.group(1)) * unit[parts.group(2)] if parts else -1
        if not least <= seconds <= most:
            allowed = "a duration from %gs to %gs, such as 500ms, 5s or 1m" % (least, most)
            raise _BadSetting("%s is %r; allowed: %s" % (name, text, allowed))
        return seconds


class _Reporter:
    """Sends a report each interval until the process ends or `stop` is called.

    On a thread of the operating system, because what it reports on may be blocked. The thread is never inside a lock of
    Python's or the C library's while another thread forks; a fork waits for a look-up of a name.
    """

    def __init__(self, settings, count):
        """count -- returns the gauges, by their names behind the setting's name, None for that name itself; or None."""
        self.sender = _Sender(settings)
        self._settings = settings
        self._count = count
        self._pid = os.getpid()
        self._draining = False
        self._stopped = False
        self._warned = False
        self._lock = _unpatched(_thread, "allocate_lock")()
        self._wake = _unpatched(_thread, "allocate_lock")()
        self._wake.acquire()
        self._first = _unpatched(_thread, "allocate_lock")()
        self._first.acquire()

    def begin(self, patience=0):
        """patience -- how many seconds to wait for the first report, which waits for the look-up of a name."""
        _unpatched(_thread, "start_new_thread")(self._run, ())
        if patience:
            self._first.acquire(timeout=patience)

    def drain(self):
        """Reports at once that the process has begun to stop. It waits for nothing: a signal's handler may call it."""
        self._draining = True
        self._report_now()

    def stop(self):
        """Reports that no worker is left, and ends the thread."""
        self._draining = True
        self._stopped = True
        self.report()

    def _run(self):
        self.sender.look_up()
        self.report()
        self._first.release()
        while True:
            self._wake.acquire(timeout=self._settings.interval)
            # Where eventlet made a greenlet of this thread, a forked child inherits it: it ends there.
            if os.getpid() != self._pid or self._stopped:
                return
            if self.sender.wants_to_look_up():
                # A name server that does not answer must not keep reports back.
                _unpatched(_thread, "start_new_thread")(self._look_up, ())
            self.report()

    def _look_up(self):
        if self.sender.look_up():
            self._report_now()

    def _report_now(self):
        try:
            self._wake.release()
        except RuntimeError:
            # The thread is awake.
            pass

    def report(self):
        # The lock is held for as long as some datagrams take, which never wait; a fork may have copied it.
        if os.getpid() != self._pid or not self._lock.acquire(timeout=1):
            return
        try:
            gauges = {None: 0} if self._stopped else self._count()
            if gauges is not None:
                # The lease first: without one the sidecar would take the numbers for good.
                report = [("lease", self._settings.lease_millis)]
                if self._draining:
                    report.append(("draining", 1))
                self.sender.send(report + list(gauges.items()))
        except Exception as problem:
            if not self._warned:
                self._warned = True
                _warn("the workers cannot be counted, nothing is reported: %r" % problem)
        finally:
            self._lock.release()


class _Loop:
    """Whether an event loop still runs what is scheduled on it: the loop calls `mark`, any other thread `runs`."""

    def __init__(self, what, stuck_after):
        self._what = what
        self._stuck_after = stuck_after
        self._marked_at = time.monotonic()
        self._blocked = False

    def mark(self):
        self._marked_at = time.monotonic()

    def runs(self):
        silent = time.monotonic() - self._marked_at
        blocked = 0 < self._stuck_after < silent
        if blocked != self._blocked:
            self._blocked = blocked
            if blocked:
                _warn("the %s has not run for %.0f s: no worker is able" % (self._what, silent))
            else:
                _warn("the %s runs again" % self._what)
        return not blocked


class _Sender:
    """Sends gauges over UDP and never waits: what cannot be sent is lost, as it may be on the way.

    A name can have several addresses. Where nobody listens, the kernel refuses a datagram: then the whole report goes
    to the next address, and the name is looked up again, at most once a second.
    """

    def __init__(self, settings):
        self._settings = settings
        self._targets = []  # the one in use first
        self._refused = False
        self._is_looking_up = False
        self._looked_up_at = None

    def wants_to_look_up(self):
        pause = 5 if not self._targets else 1 if self._refused else 30
        due = self._looked_up_at is None or time.monotonic() - self._looked_up_at >= pause
        return due and not self._is_looking_up

    def look_up(self):
        """Whether another address is in use now. It may take as long as the name server does."""
        self._is_looking_up = True
        before = [target.address for target in self._targets[:1]]
        getaddrinfo = _unpatched(socket, "getaddrinfo")
        try:
            with _looking_up:
                found = getaddrinfo(self._settings.host, self._settings.port, 0, socket.SOCK_DGRAM)
            self._refused = False
            self._connect(found)
        except Exception:
            # No such name, for the time being.
            pass
        self._looked_up_at = time.monotonic()
        self._is_looking_up = False
        return before != [target.address for target in self._targets[:1]]

    def _connect(self, found):
        known = {target.address: target for target in self._targets if not target.broken}
        in_use = self._targets[0].address if self._targets else None
        targets: List[_Target] = []
        # As Gunicorn's own StatsD: IPv4 where there is a choice.
        for family, _, _, _, address in sorted(found, key=lambda entry: entry[0] != socket.AF_INET)[:8]:
            if all(target.address != address for target in targets):
                try:
                    targets.append(known.get(address) or _Target(family, address))
                except OSError:
                    # Of a family that this machine has no route for, say.
                    pass
        dropped = [target for target in self._targets if target not in targets]
        self._targets = sorted(targets, key=lambda target: target.address != in_use)
        for target in dropped:
            target.close()

    def is_to(self, other):
        """Whether a connected socket has the same peer."""
        try:
            peer = None if other is None else other.getpeername()[:2]
        except OSError:
            return False
        return any(target.address[:2] == peer for target in self._targets)

    def send(self, gauges):
        """Each gauge in a datagram of its own: not every StatsD server splits them."""
        datagrams = []
        for suffix, value in gauges:
            name = self._settings.name if suffix is None else self._settings.name + "." + suffix
            datagrams.append(b"%s:%d|g" % (name.encode("ascii"), value))
        # A distant machine's refusal comes after the report: such a target is tried after the others.
        refused = [target for target in self._targets if target.has_refused()]
        self._refused = self._refused or bool(refused)
        for target in [target for target in self._targets if target not in refused] + refused:
            if target.send(datagrams):
                self._targets = [target] + [other for other in self._targets if other is not target]
                break
            self._refused = True


class _Target:
    """A connected socket, so that the kernel says when nobody listens there."""

    def __init__(self, family, address):
        self.address = address
        self.broken = False
        self._socket = _unpatched(socket, "socket")(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(address)

    def close(self):
        """A report that is under way fails like a refused one."""
        self._socket.close()

    def has_refused(self):
        """Whether it refused what was sent before; asked again, it has not."""
        try:
            return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
        except OSError:
            return True

    def send(self, datagrams):
        """False if they were refused, as far as that is known at once: on the same machine it mostly is."""
        for datagram in datagrams:
            try:
                self._socket.send(datagram)
            except OSError as problem:
                if problem.errno in (errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS):
                    continue
                # Anything but a refusal may be due to an address of this machine that has gone.
                self.broken = problem.errno != errno.ECONNREFUSED
                return False
        return not self.has_refused()


def _unpatched(module, name):
    """What gevent's monkey patching may have replaced: a thread of ours is one of the operating system's."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None:
        return monkey.get_original(module.__name__, name)
    return getattr(module, name)


def _has_exited(pid):
    """Whether a child has exited, reaped or not; it leaves the reaping to the parent's own code."""
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _can_write(descriptor):
    """Whether a line can be written without waiting for whoever reads it."""
    try:
        poll = _unpatched(select, "poll")()
    except AttributeError:
        # Eventlet takes it away.
        return True
    poll.register(descriptor, select.POLLOUT)
    return any(event & select.POLLOUT for _, event in poll.poll(0))


def _warn(sentence):
    """Past Python's own streams, whose locks a fork may copy. A line that nobody reads is left out."""
    try:
        if _can_write(2):
            os.write(2, ("healthcheck: %s\n" % sentence).encode("utf-8", "replace"))
    except OSError:
        pass


# A process forked while the C library looks up a name may never be able to look one up itself: a fork waits for it,
# though not for long, because the library holds no lock while it waits for the network.
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
