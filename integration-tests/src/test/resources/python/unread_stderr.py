"""Runs a Python program with a stderr that is a full pipe, which nobody reads.

usage: unread_stderr.py PROGRAM
"""

import os
import sys

reader, writer = os.pipe()
os.set_inheritable(reader, True)
os.set_blocking(writer, False)
try:
    while True:
        os.write(writer, b"x" * 4096)
except BlockingIOError:
    os.set_blocking(writer, True)
os.dup2(writer, 2)
os.execv(sys.executable, [sys.executable, sys.argv[1]])
