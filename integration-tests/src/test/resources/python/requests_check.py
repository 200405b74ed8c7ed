"""Which workers are stuck: Gunicorn's own worker classes, in this process, with requests that hang, go on and fail.

The seconds between two looks are made up; threads, their requests and their CPU are real.
"""

import collections
import gc
import itertools
import os
import subprocess
import threading
import time
import weakref
from types import SimpleNamespace

from gunicorn.config import Config
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.gthread import ThreadWorker
from gunicorn.workers.sync import SyncWorker

import healthcheck_hooks as hooks


class NewerThreadWorker(ThreadWorker):
    """Gunicorn 25 and newer serve HTTP/2 in a method of its own. A request here is what is to be done."""

    def handle_request(self, req, conn):
        return req()

    def handle_http2_request(self, req, conn, h2_conn):
        return req()


class OwnSyncWorker(SyncWorker):
    def handle_request(self, listener, req, client, addr):
        return req()


def made(kind, threads=1):
    cfg = Config()
    cfg.set("threads", threads)
    worker = kind(1, os.getppid(), [], None, 0, cfg, None)
    if isinstance(worker, ThreadWorker):
        worker.tpool = worker.get_thread_pool()
    return worker


def look(worker, elapsed=1):
    return worker.healthcheck_requests.look(os.getpid(), elapsed)


def looks(worker, count=5):
    return [look(worker) for _ in range(count)]


def await_stuck(worker):
    """A thread uses CPU until it waits."""
    for _ in range(2000):
        if look(worker):
            return
        time.sleep(0.005)
    raise AssertionError("never stuck")


class Hang:
    """A request that waits until it is let go."""

    def __init__(self):
        self._began = threading.Event()
        self._goes_on = threading.Event()

    def __call__(self):
        self._began.set()
        self._goes_on.wait()
        return "answered"

    def await_begin(self):
        assert self._began.wait(30)

    def go_on(self):
        self._goes_on.set()


class Work:
    """A request that uses CPU until it is let go."""

    def __init__(self):
        self._turns = 0
        self._ends = False

    def __call__(self):
        while not self._ends:
            self._turns += 1

    def await_turns(self):
        enough = self._turns + 1000
        while self._turns < enough:
            time.sleep(0.001)

    def end(self):
        self._ends = True


def begin_http1(worker, request):
    return worker.tpool.submit(worker.handle_request, request, None)


def begin_http2(worker, request):
    return worker.tpool.submit(worker.handle_http2_request, request, None, None)


def all_threads_hang(begin):
    worker = made(NewerThreadWorker, 2)
    assert looks(worker) == [0] * 5, "no request yet"
    hangs = [Hang(), Hang()]
    futures = []
    for hang in hangs:
        assert looks(worker) == [0] * 5, "a thread has no request"
        futures.append(begin(worker, hang))
        hang.await_begin()
    await_stuck(worker)
    assert look(worker, 30) >= 30
    hangs[0].go_on()
    assert futures[0].result() == "answered"
    assert looks(worker) == [0] * 5, "one thread has no request again"
    third = Hang()
    begin(worker, third)
    third.await_begin()
    assert look(worker, 30) == 0, "a new request"
    await_stuck(worker)
    hangs[1].go_on()
    third.go_on()


def thread_that_uses_cpu_goes_on():
    worker = made(NewerThreadWorker, 2)
    hang, work = Hang(), Work()
    begin_http1(worker, hang)
    future = begin_http1(worker, work)
    hang.await_begin()
    for _ in range(10):
        work.await_turns()
        assert look(worker, 100) == 0
    work.end()
    future.result()
    hang.go_on()


def sync_worker_hangs():
    worker = made(OwnSyncWorker)
    hang = Hang()
    thread = threading.Thread(target=worker.handle_request, args=(None, hang, None, None))
    thread.start()
    hang.await_begin()
    await_stuck(worker)
    hang.go_on()
    thread.join()
    assert looks(worker) == [0] * 5


def cpu_that_cannot_be_read_is_no_hang():
    worker = made(NewerThreadWorker, 1)
    hang = Hang()
    begin_http1(worker, hang)
    hang.await_begin()
    await_stuck(worker)
    content = hooks._content
    hooks._content = missing
    assert looks(worker) == [0] * 5
    hooks._content = content
    await_stuck(worker)
    hang.go_on()


def missing(path):
    raise FileNotFoundError(path)


def kernel_without_nanoseconds_has_ticks():
    content = hooks._content
    files = {"schedstat": b"0 0 0\n", "stat": b"7 (a) S (b) S 1 7 7 0 -1 4194560 9 0 0 0 31 11 5 3 20 0 1 0"}
    hooks._content = lambda path: files[path.rpartition("/")[2]]
    assert hooks._cpu(7, 7) == 42
    files["schedstat"] = b"123456789 5 6\n"
    assert hooks._cpu(7, 7) == 123456789
    hooks._content = missing
    assert hooks._cpu(7, 7) is None and not hooks._can_read_cpu()
    hooks._content = content
    assert hooks._can_read_cpu()


def request_that_fails_has_ended():
    worker = made(NewerThreadWorker, 1)
    for _ in range(1000):
        try:
            begin_http1(worker, fail).result()
            raise AssertionError("hidden")
        except ZeroDivisionError:
            pass
    assert looks(worker) == [0] * 5
    hang = Hang()
    begin_http1(worker, hang)
    hang.await_begin()
    await_stuck(worker)
    hang.go_on()


def fail():
    return 1 / 0


def worker_with_more_threads_than_it_seemed_is_never_stuck():
    worker = made(OwnSyncWorker)
    hangs = [Hang(), Hang()]
    for hang in hangs:
        threading.Thread(target=worker.handle_request, args=(None, hang, None, None)).start()
        hang.await_begin()
    time.sleep(0.05)
    assert looks(worker) == [0] * 5
    for hang in hangs:
        hang.go_on()


def pool_of_unknown_size_is_never_stuck():
    for size in (None, 10**6):
        worker = made(NewerThreadWorker, 1)
        own = worker.tpool
        worker.tpool = SimpleNamespace() if size is None else SimpleNamespace(_max_workers=size)
        hang = Hang()
        own.submit(worker.handle_request, hang, None)
        hang.await_begin()
        time.sleep(0.05)
        assert looks(worker) == [0] * 5
        hang.go_on()


def other_classes_are_as_they_were():
    worker = made(AsyncWorker)
    assert not hasattr(worker, "healthcheck_requests") and "handle_request" not in vars(worker)


def memory_goes_with_the_worker():
    gc.collect()
    gc.disable()
    before = shared_maps()
    first = weakref.ref(made(NewerThreadWorker, 8))
    assert first() is None
    for _ in range(1000):
        made(NewerThreadWorker, 8)
    kept = [made(OwnSyncWorker) for _ in range(3)]
    assert shared_maps() - before == 3
    kept.clear()
    assert shared_maps() == before
    gc.enable()


def shared_maps():
    with open("/proc/self/maps") as maps:
        return sum("/dev/zero" in line for line in maps)


def stuck_workers_are_logged_once():
    arbiter, workers, logged = arbiter_of(3)
    watch = hooks._Arbiter(arbiter, hooks._Settings({}, "gunicorn.workers"), 60)
    watch._follow_requests()
    seconds = itertools.repeat(0)
    for worker in workers.values():
        worker.healthcheck_requests = SimpleNamespace(look=lambda pid, elapsed: next(seconds))
    first, second, third = workers
    assert watch._able() == 3
    seconds = iter([60, 59.9, 61])
    assert watch._able() == 1
    seconds = itertools.repeat(99)
    assert watch._able() == 0
    assert watch._able() == 0
    assert logged == [], "not on the thread that reports"
    seconds = itertools.repeat(0)
    assert watch._able() == 3
    arbiter.murder_workers()
    arbiter.murder_workers()
    stuck = "stuck: every request thread has been on one request for 60 s without using CPU"
    assert logged == [
        "workers %d, %d are %s" % (*sorted([first, third]), stuck),
        "worker %d is %s" % (second, stuck),
        "workers %d, %d, %d are no longer stuck" % (*sorted(workers),),
        "murdered",
        "murdered",
    ]
    end(workers)


def standstill_of_the_arbiter_is_no_hang():
    arbiter, workers, _ = arbiter_of(1)
    watch = hooks._Arbiter(arbiter, hooks._Settings({}, "gunicorn.workers"), 60)
    elapsed = collections.deque()
    for worker in workers.values():
        worker.healthcheck_requests = SimpleNamespace(look=lambda pid, seconds: elapsed.append(seconds) or 0)
    watch._looked_at -= 1000
    watch._able()
    watch._able()
    assert elapsed.popleft() == 2 and 0 <= elapsed.popleft() <= 2
    end(workers)


def longer_timeout_is_the_default():
    settings = hooks._Settings({}, "gunicorn.workers", None, None, None)
    assert [settings.stuck_after(timeout) for timeout in (0, 30, 300, 10**9)] == [60, 60, 300, 86400]
    own = hooks._Settings({"HEALTHCHECK_STUCK_AFTER": "90s"}, "gunicorn.workers", None, None, None)
    assert own.stuck_after(300) == 90


def arbiter_of(count):
    """With processes of its own that do nothing."""
    workers, logged = {}, []
    for _ in range(count):
        worker = made(OwnSyncWorker)
        worker.notify()
        worker.process = subprocess.Popen(["sleep", "60"])
        workers[worker.process.pid] = worker
    log = SimpleNamespace(warning=lambda text, *args: logged.append(args[0]), error_log=None)
    arbiter = SimpleNamespace(WORKERS=workers, timeout=0, log=log, murder_workers=lambda: logged.append("murdered"))
    return arbiter, workers, logged


def end(workers):
    for worker in workers.values():
        worker.process.kill()
        worker.process.wait()


hooks._follow_requests()
hooks._follow_requests()
all_threads_hang(begin_http1)
all_threads_hang(begin_http2)
thread_that_uses_cpu_goes_on()
sync_worker_hangs()
cpu_that_cannot_be_read_is_no_hang()
kernel_without_nanoseconds_has_ticks()
request_that_fails_has_ended()
worker_with_more_threads_than_it_seemed_is_never_stuck()
pool_of_unknown_size_is_never_stuck()
other_classes_are_as_they_were()
memory_goes_with_the_worker()
stuck_workers_are_logged_once()
standstill_of_the_arbiter_is_no_hang()
longer_timeout_is_the_default()
