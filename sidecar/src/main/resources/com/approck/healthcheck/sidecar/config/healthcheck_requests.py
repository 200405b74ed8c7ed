"""Whether the request threads of Gunicorn's sync and gthread workers go on. The sidecar's jar puts it into the hooks."""

import _thread
import collections
import functools
import itertools
import mmap
import os
import sys
import weakref

from healthcheck_wire import _unpatched, _warn

# Where these classes serve one request; the second is HTTP/2's, since Gunicorn 25.
_SERVING = ("handle_request", "handle_http2_request")

# As many threads as a page of memory has room for, the least that can be shared.
_ROOM = 255


def _follow_requests():
    """Has each worker that the arbiter makes from now on note its requests, if CPU times of threads can be read here.

    Gunicorn makes a worker in the arbiter and then forks: memory that both share is there before the worker's process.
    """
    from gunicorn.workers.base import Worker

    make = Worker.__init__
    if getattr(make, "healthcheck", False) or not _can_read_cpu():
        return

    @functools.wraps(make)
    def make_and_follow(worker, *args, **kwargs):
        make(worker, *args, **kwargs)
        try:
            if _has_class(worker, "sync", "SyncWorker") or _has_class(worker, "gthread", "ThreadWorker"):
                worker.healthcheck_requests = _Requests(worker)
        except Exception as problem:
            _warn("a worker's requests cannot be followed: %r" % problem)

    setattr(make_and_follow, "healthcheck", True)
    setattr(Worker, "__init__", make_and_follow)


def _has_class(worker, module, name):
    """Of a module that may not be loaded: no worker is of its class then."""
    kind = getattr(sys.modules.get("gunicorn.workers." + module), name, None)
    return kind is not None and isinstance(worker, kind)


def _threads(worker):
    """How many requests a worker can be on at once, once it is a process; 0 if that is not known."""
    if _has_class(worker, "sync", "SyncWorker"):
        return 1
    threads = getattr(worker.tpool, "_max_workers", 0)
    return threads if isinstance(threads, int) else 0


class _Requests:
    """The requests that one worker is on, in memory that its process shares with the arbiter.

    The first cell is the number of threads, 0 as long as it is not known. Each request has two more while it lasts: its
    thread's id and its number, which is 0 again when it ends. The memory goes with the worker's object, and nothing
    here keeps that alive.
    """

    def __init__(self, worker):
        room = max(worker.cfg.threads, _ROOM)
        self._cells = memoryview(mmap.mmap(-1, 8 + 16 * room)).cast("Q")
        # The first slots are at the end, and taken first: as many are ever used as there were requests at once.
        self._free = collections.deque(range(room - 1, -1, -1))
        self._numbers = itertools.count(1)
        self._thread_id = _unpatched(_thread, "get_native_id")
        self._threads = None
        self._last = []
        self._cpu = []
        self._idle = 0.0
        for name in _SERVING:
            if hasattr(type(worker), name):
                setattr(worker, name, self._noted(name, weakref.ref(worker)))

    def _noted(self, name, reference):
        """The method, of the worker's class as it is when a request comes: an application may have replaced it."""

        def note_and_serve(*args, **kwargs):
            worker = reference()
            slot = self._begin(worker)
            try:
                return getattr(type(worker), name)(worker, *args, **kwargs)
            finally:
                self._end(slot)

        return note_and_serve

    def _begin(self, worker):
        """In the worker, on the thread that serves. Returns its slot, or None."""
        try:
            cells = self._cells
            if self._threads is None:
                threads = _threads(worker)
                self._threads = cells[0] = threads if threads <= len(cells) // 2 else 0
            slot = self._free.pop()
            cells[2 * slot + 1] = self._thread_id()
            cells[2 * slot + 2] = next(self._numbers)
            if slot < self._threads:
                return slot
        except Exception:
            slot = None
        # A class of its own kind has more threads than it seemed to: whether all of them hang cannot be known.
        self._threads = self._cells[0] = 0
        return slot

    def _end(self, slot):
        if slot is not None:
            self._cells[2 * slot + 2] = 0
            self._free.append(slot)

    def look(self, pid, elapsed):
        """In the arbiter: for how many seconds every thread is known to have been on its request without using CPU.

        CPU is asked for only if each is on the same request as at the last look.

        elapsed -- seconds since the last look
        """
        cells = self._cells[1 : 1 + 2 * self._cells[0]].tolist()
        last, self._last = self._last, cells
        cpu = []
        if cells == last and 0 not in cells:
            cpu = [_cpu(pid, thread) for thread in cells[::2]]
        # A thread whose CPU cannot be read may go on.
        goes_on = not cpu or None in cpu or cpu != self._cpu
        self._idle = 0.0 if goes_on else self._idle + elapsed
        self._cpu = cpu
        return self._idle


def _can_read_cpu():
    """Not where this system has none to read, or shows processes of another container."""
    try:
        return int(os.readlink("/proc/self")) == os.getpid() and bool(_cpu(os.getpid(), _thread.get_native_id()))
    except (AttributeError, OSError, ValueError):
        return False


def _cpu(pid, thread):
    """What a thread has used since it began, to be compared and no more: in ns or, where those are not kept, in ticks.

    None if it cannot be read.
    """
    folder = "/proc/%d/task/%d/" % (pid, thread)
    try:
        nanoseconds = int(_content(folder + "schedstat").split()[0])
        if nanoseconds:
            return nanoseconds
    except (OSError, ValueError, IndexError):
        # This kernel counts no nanoseconds.
        pass
    try:
        # The name of the thread stands in brackets, and may have blanks and brackets of its own.
        fields = _content(folder + "stat").rpartition(b")")[2].split()
        return int(fields[11]) + int(fields[12])
    except (OSError, ValueError, IndexError):
        return None


def _content(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 1024)
    finally:
        os.close(descriptor)
