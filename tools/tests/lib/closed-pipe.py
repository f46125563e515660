#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# closed-pipe.py COMMAND...: runs it with a standard output that nobody reads,
# once with SIGPIPE as a shell leaves it and once ignored, as services have it.
# It has to end quietly, by the signal or well, and soon.

import os
import subprocess
import sys

bad = 0
for restore in True, False:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(sys.argv[1:], stdout=writer, stderr=subprocess.PIPE,
                          restore_signals=restore, timeout=60)
    os.close(writer)
    if done.returncode != -13 or done.stderr:
        print(done.returncode, done.stderr.decode(), sys.argv[1:],
              "SIGPIPE", "default" if restore else "ignored")
        bad = 1
sys.exit(bad)
