"""A Celery application that gives itself work.

BROKER_PORT: of a redis-server on this machine. TASKS: which tasks are sent once the worker is connected, such as
"nap:2 nap:2"; SECONDS of a nap, or limited:SECONDS, which has a time limit of 3 s. Each says BEGUN and ENDED on stderr.
"""

import os
import time

import celery
from celery.signals import worker_ready

import healthcheck_celery

# The documentation has the line above and nothing else; this is for the linter.
__all__ = ["application", "healthcheck_celery"]

application = celery.Celery("celery_app", broker="redis://127.0.0.1:%s/0" % os.environ["BROKER_PORT"])
application.conf.task_ignore_result = True
application.conf.worker_prefetch_multiplier = 1
# The first attempts to reach a broker that has gone are a second apart.
application.conf.broker_transport_options = {"socket_connect_timeout": 1}


def say(word):
    os.write(2, ("%s %d\n" % (word, os.getpid())).encode())


@application.task
def nap(seconds):
    say("BEGUN")
    time.sleep(seconds)
    say("ENDED")


@application.task(time_limit=3)
def limited(seconds):
    nap(seconds)


@worker_ready.connect
def send(**_):
    for task in os.environ.get("TASKS", "").split():
        name, _, seconds = task.partition(":")
        {"nap": nap, "limited": limited}[name].delay(float(seconds))
    say("READY")
