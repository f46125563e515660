# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m guestbench, with the folder above this one in PYTHONPATH."""
import sys

from .cli import main

sys.exit(main(sys.argv[1:]))
