// SPDX-License-Identifier: GPL-2.0-only
/* Start the page of a report or of a comparison. */
"use strict";

(extra.kind === "diff" ? diffPage : reportPage)();
