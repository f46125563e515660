# SPDX-License-Identifier: GPL-2.0-only
"""Run benchmarks in a guest and show which VM exits affect their scores."""
