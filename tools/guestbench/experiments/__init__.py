# SPDX-License-Identifier: GPL-2.0-only
"""What was asked once: a guest's cost over no guest, and what nesting adds."""
