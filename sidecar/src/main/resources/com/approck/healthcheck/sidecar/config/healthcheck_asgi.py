"""Reports to the healthcheck sidecar, once a second, whether a uvicorn or hypercorn process serves and its loop runs.

At the top of the module that has the application:

    import healthcheck_asgi

Each process that serves is a source of its own, and the sidecar adds them up; with `--workers 4` there are four. What
each sends, as StatsD gauges over UDP:

    workers.lease:5000|g   the numbers of this process are good for 5 s
    workers.draining:1|g   the server has begun to shut down
    workers:1|g            it accepts connections and its event loop runs; otherwise 0

It begins once the application's startup is complete. The event loop leaves a mark; a thread of the operating system,
which a blocked loop cannot stop, looks at the mark and reports. A loop that has run nothing for HEALTHCHECK_STUCK_AFTER
is stuck, until it runs again. A coroutine that waits for ever, or a full pool of threads, is not seen.

Under Gunicorn (its class uvicorn.workers.UvicornWorker) use healthcheck_hooks.py in gunicorn.conf.py instead: there the
arbiter sees each worker's loop by its heartbeat. If it does, this module is silent.

Settings, from the environment; the first that is set counts:

    HEALTHCHECK_STATSD_HOST  STATSD_HOST, localhost
    HEALTHCHECK_STATSD_PORT  STATSD_PORT, 8125
    HEALTHCHECK_PREFIX       none
    HEALTHCHECK_INTERVAL     1s
    HEALTHCHECK_LEASE        5s
    HEALTHCHECK_STUCK_AFTER  60s; 0: a blocked loop is not looked for
    HEALTHCHECK_ENABLED      true

Nothing here raises into the server, or waits for the network or for the reader of stderr. A wrong setting is named on
stderr, and the server runs on without reports. No dependencies. Python 3.8 or newer, uvicorn 0.17 or newer, hypercorn
0.13 or newer with its asyncio and uvloop workers.
"""

import asyncio
import atexit
import functools
import importlib
import os
import sys

from healthcheck_wire import _BadSetting, _Loop, _Reporter, _Settings, _warn

__all__ = ["install"]


def install():
    """Has the server that runs this application report. The import has done it; more calls change nothing.

    It wraps the methods of the server that begin and end its service: what an application itself is asked to do at its
    end comes only after the last request.
    """
    try:
        arbiter = sys.modules.get("gunicorn.arbiter")
        if arbiter is not None and getattr(arbiter.Arbiter.start, "healthcheck", False):
            return
        servers = {"uvicorn.server": _watch_uvicorn, "hypercorn.asyncio.run": _watch_hypercorn}
        running = [name for name in servers if name in sys.modules]
        watched = 0
        # A program that runs the server itself may import it later.
        for name in running or servers:
            try:
                module = importlib.import_module(name)
            except ImportError:
                continue
            servers[name](module)
            watched += 1
        if not watched:
            _warn("neither uvicorn nor hypercorn is installed, nothing is reported")
        if "hypercorn.trio.run" in sys.modules:
            _warn("hypercorn's trio workers are not known here, nothing is reported")
    except Exception as problem:
        _warn("this server is of an unknown kind, nothing is reported: %r" % problem)


def _watch_uvicorn(module):
    server_class = module.Server
    startup, shutdown = server_class.startup, server_class.shutdown
    if getattr(startup, "healthcheck", False):
        return

    @functools.wraps(startup)
    async def startup_and_begin(server, *args, **kwargs):
        result = await startup(server, *args, **kwargs)
        if server.started:
            _process.begin(server)
        return result

    @functools.wraps(shutdown)
    async def drain_and_shutdown(server, *args, **kwargs):
        _process.drain(server)
        try:
            return await shutdown(server, *args, **kwargs)
        finally:
            _process.end(server)

    setattr(startup_and_begin, "healthcheck", True)
    server_class.startup, server_class.shutdown = startup_and_begin, drain_and_shutdown


def _watch_hypercorn(module):
    serve, wait = module.worker_serve, module.raise_shutdown
    if getattr(serve, "healthcheck", False):
        return

    @functools.wraps(serve)
    async def serve_and_end(*args, **kwargs):
        try:
            return await serve(*args, **kwargs)
        finally:
            _process.end(asyncio.get_running_loop())

    @functools.wraps(wait)
    async def begin_and_wait(event, *args, **kwargs):
        """Hypercorn waits here for its end, from the moment at which it listens."""
        loop = asyncio.get_running_loop()

        async def wait_and_drain():
            await event()
            _process.drain(loop)

        _process.begin(loop)
        return await wait(wait_and_drain, *args, **kwargs)

    setattr(serve_and_end, "healthcheck", True)
    module.worker_serve, module.raise_shutdown = serve_and_end, begin_and_wait


class _Process:
    """The servers of this process: nearly always one. All methods are called on the loop of the server."""

    def __init__(self):
        self._serving = []
        self._draining = []
        self._loop = _Loop("event loop", 0)
        self._reporter = None

    def begin(self, server):
        if server in self._serving:
            return
        self._serving.append(server)
        try:
            if self._reporter is None:
                self._start()
        except _BadSetting as problem:
            _warn("%s; nothing is reported" % problem)
        except Exception as problem:
            _warn("nothing is reported: %r" % problem)

    def drain(self, server):
        if server in self._serving and server not in self._draining:
            self._draining.append(server)
        if self._reporter is not None and len(self._draining) == len(self._serving):
            self._reporter.drain()

    def end(self, server):
        for servers in (self._serving, self._draining):
            if server in servers:
                servers.remove(server)
        if not self._serving:
            self.stop()

    def stop(self):
        if self._reporter is not None:
            self._reporter.stop()
            self._reporter = None

    def _start(self):
        settings = _Settings(os.environ, "workers")
        if not settings.enabled:
            return
        loop = _Loop("event loop", settings.stuck_after())
        reporter = _Reporter(settings, lambda: {None: 1 if loop.runs() else 0})

        def mark(running):
            loop.mark()
            if self._reporter is reporter:
                running.call_later(settings.interval, mark, running)

        self._reporter = reporter
        mark(asyncio.get_running_loop())
        reporter.begin()
        atexit.register(self.stop)


_process = _Process()
install()
