# SPDX-License-Identifier: GPL-2.0-only
"""Benchmarks in a guest, with the VM exits that their scores are made of."""
