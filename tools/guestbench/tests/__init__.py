# SPDX-License-Identifier: GPL-2.0-only
"""Tests of guestbench; tools/guestbench/tests/tap runs one file."""
