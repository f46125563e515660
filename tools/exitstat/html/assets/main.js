// SPDX-License-Identifier: GPL-2.0-only
/* Which page it is. The text is there for who has no script; others fold it. */
"use strict";

(extra.kind === "diff" ? diffPage : reportPage)();
