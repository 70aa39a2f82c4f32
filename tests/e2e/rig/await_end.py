#!/usr/bin/env python3
"""await_end.py PID SECONDS: waits until a process, which need not be a child, has ended with all its threads; 1 when it
has not by then. A shell cannot: only a descriptor of the process tells it as it happens, and never of another one's."""
import os
import select
import sys

try:
    process = os.pidfd_open(int(sys.argv[1]))
except ProcessLookupError:
    sys.exit(0)
sys.exit(0 if select.select([process], [], [], float(sys.argv[2]))[0] else 1)
