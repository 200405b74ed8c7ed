"""Where the modules send: the addresses of a name one after the other, again when it moves, and past logs nobody reads.

Real sockets on this machine; only the look-up of names is replaced.
"""

import os
import select
import socket
import threading
import time
from types import SimpleNamespace

import healthcheck_hooks as hooks

addresses = []


def look_up(host, port, *_):
    return [(family, socket.SOCK_DGRAM, 0, "", (address, port)) for family, address in addresses]


def listen(family, address, port=0):
    receiver = socket.socket(family, socket.SOCK_DGRAM)
    receiver.bind((address, port))
    receiver.settimeout(2)
    return receiver


def sender(port):
    made = hooks._Sender(hooks._Settings({"STATSD_PORT": str(port)}, "workers"))
    made.look_up()
    return made


def received(receiver):
    return [receiver.recv(100) for _ in range(2)]


# A busy kernel may say only after a report that nobody listens there. Then the next report takes notice.
def send_until_refused(made):
    for _ in range(50):
        made.send(REPORT)
        if made._refused:
            break
        time.sleep(0.01)


def send_until_received(made, receiver):
    for _ in range(50):
        made.send(REPORT)
        if select.select([receiver], [], [], 0.1)[0]:
            break
    return received(receiver)


REPORT = [("lease", 5000), (None, 3)]
DATAGRAMS = [b"workers.lease:5000|g", b"workers:3|g"]


def settings():
    environ = {
        "HEALTHCHECK_HOST": "192.0.2.1",
        "HEALTHCHECK_PORT": "1",
        "HEALTHCHECK_STATSD_PORT": "tcp://10.96.0.7:8125",
        "HEALTHCHECK_STATSD_SERVICE_HOST": "10.96.0.7",
        "STATSD_HOST": "statsd.example",
        "STATSD_PORT": "9125",
    }
    read = hooks._Settings(environ, "workers")
    assert (read.host, read.port) == ("statsd.example", 9125)
    environ.update(HEALTHCHECK_STATSD_HOST="127.0.0.1", HEALTHCHECK_STATSD_PORT="10125")
    read = hooks._Settings(environ, "workers")
    assert (read.host, read.port) == ("127.0.0.1", 10125)
    try:
        hooks._Settings({"STATSD_PORT": "x"}, "workers")
        raise AssertionError("a wrong port is refused")
    except hooks._BadSetting as problem:
        assert str(problem) == "STATSD_PORT is 'x'; allowed: a number from 1 to 65535"


def next_address_is_tried():
    addresses[:] = [(socket.AF_INET, "127.0.0.2"), (socket.AF_INET, "127.0.0.3")]
    receiver = listen(socket.AF_INET, "127.0.0.3")
    made = sender(receiver.getsockname()[1])
    assert send_until_received(made, receiver) == DATAGRAMS
    # It stays there, in one socket: another would be another source.
    source = made._targets[0]
    made.send(REPORT)
    assert received(receiver) == DATAGRAMS and made._targets[0] is source


def receiver_that_starts_again_misses_nothing():
    addresses[:] = [(socket.AF_INET, "127.0.0.2")]
    receiver = listen(socket.AF_INET, "127.0.0.2")
    port = receiver.getsockname()[1]
    made = sender(port)
    receiver.close()
    made.send(REPORT)
    made.send(REPORT)
    receiver = listen(socket.AF_INET, "127.0.0.2", port)
    made.send(REPORT)
    assert received(receiver) == DATAGRAMS


def moved_name_is_looked_up_once_a_second():
    addresses[:] = [(socket.AF_INET, "127.0.0.2")]
    old = listen(socket.AF_INET, "127.0.0.2")
    port = old.getsockname()[1]
    made = sender(port)
    made.send(REPORT)
    assert received(old) == DATAGRAMS
    old.close()
    new = listen(socket.AF_INET, "127.0.0.3", port)
    addresses[:] = [(socket.AF_INET, "127.0.0.3")]
    assert not made.wants_to_look_up(), "without a reason"
    send_until_refused(made)
    assert not made.wants_to_look_up(), "twice in one second"
    time.sleep(1.01)
    assert made.wants_to_look_up()
    assert made.look_up(), "another address"
    made.send(REPORT)
    assert received(new) == DATAGRAMS


def name_server_that_does_not_answer_keeps_no_report_back():
    addresses[:] = [(socket.AF_INET, "127.0.0.2")]
    receiver = listen(socket.AF_INET, "127.0.0.2")
    environ = {"STATSD_PORT": str(receiver.getsockname()[1]), "HEALTHCHECK_INTERVAL": "100ms"}
    reporter = hooks._Reporter(hooks._Settings(environ, "workers"), lambda: {None: 3})
    reporter.begin(patience=2)
    answers = threading.Event()

    def wait(*question):
        answers.wait()
        return look_up(*question)

    socket.getaddrinfo = wait
    reporter.sender._refused = True
    reporter.sender._looked_up_at -= 1
    while not reporter.sender._is_looking_up:
        received(receiver)
    for _ in range(5):
        received(receiver)
    answers.set()
    socket.getaddrinfo = look_up
    reporter.stop()


def other_family_is_tried():
    try:
        receiver = listen(socket.AF_INET6, "::1")
    except OSError:
        print("no IPv6 on this machine")
        return
    # Another process may listen at that port of 127.0.0.1.
    addresses[:] = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.2")]
    made = sender(receiver.getsockname()[1])
    assert made._targets[0].address[0] == "127.0.0.2", "IPv4 first"
    assert send_until_received(made, receiver) == DATAGRAMS


def log_that_nobody_reads_is_not_waited_for():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    logged = []
    handler = SimpleNamespace(stream=os.fdopen(writer, "w"))
    log = SimpleNamespace(info=lambda *args: logged.append(args), error_log=SimpleNamespace(handlers=[handler]))
    arbiter = SimpleNamespace(log=log)
    hooks._log(arbiter, "info", "left out")
    stderr = os.dup(2)
    os.dup2(writer, 2)
    hooks._warn("left out")
    os.dup2(stderr, 2)
    assert logged == []
    os.read(reader, 1 << 20)
    hooks._log(arbiter, "info", "read")
    assert logged == [("healthcheck: %s", "read")]


settings()
socket.getaddrinfo = look_up
next_address_is_tried()
receiver_that_starts_again_misses_nothing()
moved_name_is_looked_up_once_a_second()
name_server_that_does_not_answer_keeps_no_report_back()
other_family_is_tried()
log_that_nobody_reads_is_not_waited_for()
