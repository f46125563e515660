#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# closed-pipe.py PROGRAM <LINES: run PROGRAM with the arguments on each line and a
# closed pipe as standard output, once with the default SIGPIPE (as in a shell) and
# once with SIGPIPE ignored (as in a service). It must be ended by SIGPIPE, silently.

import os
import subprocess
import sys


def ends_quietly(command, restore):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=writer,
                          stderr=subprocess.PIPE, restore_signals=restore,
                          timeout=600)
    os.close(writer)
    if done.returncode == -13 and not done.stderr:
        return True
    print(done.returncode, done.stderr.decode(), command,
          "SIGPIPE", "default" if restore else "ignored")
    return False


bad = nr = 0
for line in sys.stdin:
    nr += 1
    for restore in True, False:
        bad += not ends_quietly([sys.argv[1], *line.split()], restore)
sys.exit(bad > 0 or nr == 0)
