# SPDX-License-Identifier: GPL-2.0-only
"""Show the progress of a run on this machine on a terminal, in one line that is
rewritten. Labs print their own progress line."""
import re
import sys
import threading
import time

from .messages import quiet
from .results import text_of

CLEAR = "\r\033[K"


def where_is(path):
    """The progress of the run in directory @path, from its guest's console."""
    begun = re.findall(r"^guestbench: begin ", text_of(path, "guest.log"), re.M)
    if not begun:
        return "booting"
    tasks = text_of(path, "tasks").count("\n")
    return f"benchmark {len(begun)} of {tasks}"


class Progress:
    """Context manager: shows the line while standard error is a terminal."""

    def __init__(self, title, path, wanted=True):
        self.title, self.path = title, path
        self.shown = wanted and not quiet() and sys.stderr.isatty()
        self.start, self.ended = time.monotonic(), threading.Event()
        self.thread = threading.Thread(target=self._tick, daemon=True)

    def _tick(self):
        while not self.ended.wait(1):
            passed = int(time.monotonic() - self.start)
            print(f"{CLEAR}guestbench: {self.title}: {where_is(self.path)} ... "
                  f"{passed} s", end="", file=sys.stderr, flush=True)

    def __enter__(self):
        if self.shown:
            self.thread.start()
        return self

    def __exit__(self, *_):
        if self.shown:
            self.ended.set()
            self.thread.join()
            print(CLEAR, end="", file=sys.stderr, flush=True)
