# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m guestbench COMMAND..., with the folder above in PYTHONPATH."""
import sys

from . import analyse, plan
from .conffile import Bad

# command: function, and the least and most arguments it takes
COMMANDS = {"plan": (plan.main, 3, 4), "analyse": (analyse.main, 2, 2)}


def main(args):
    function, least, most = COMMANDS.get(args[0] if args else "", (None, 0, -1))
    if not least <= len(args) - 1 <= most:
        print("usage: guestbench plan MATRIX DIR SEED [TABLE]\n"
              "       guestbench analyse DIR EXITSTAT", file=sys.stderr)
        return 2
    try:
        function(*args[1:])
    except Bad as error:
        print(f"guestbench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
