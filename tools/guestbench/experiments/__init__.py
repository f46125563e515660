# SPDX-License-Identifier: GPL-2.0-only
"""Experiments: the overhead of a guest over the bare host, and that of nesting."""
