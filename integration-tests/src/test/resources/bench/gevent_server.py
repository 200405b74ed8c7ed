# The least that a sidecar on gevent loads: an HTTP server and a datagram socket. The start to measure ours against.
from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from gevent.pywsgi import WSGIServer  # noqa: E402
from gevent.server import DatagramServer  # noqa: E402


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


DatagramServer(("127.0.0.1", 0), lambda data, address: None).start()
WSGIServer(("127.0.0.1", int(sys.argv[1])), application, log=None).serve_forever()
