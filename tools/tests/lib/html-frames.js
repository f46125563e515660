// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page that cli/html-browser.sh opens: loads each of "names" (NAME.tested.html)
 * in a frame and prints a line "SELFTEST NAME ..." for each result that the page's
 * test reports. A page that reports nothing times out and has no line.
 */
"use strict";

(async () => {
	const patience = 60000; /* ms */
	const lines = [];

	for (const name of names) {
		const frame = document.createElement("iframe");
		const said = new Promise((done) => {
			window.onmessage = (event) => done(event.data);
			setTimeout(() => done([]), patience);
		});

		frame.style = "border: 0; width: 1280px; height: 2000px";
		frame.src = `${name}.tested.html`;
		document.body.append(frame);
		lines.push(...(await said).map((line) => `\nSELFTEST ${name} ${line}`));
		frame.remove();
	}
	const pre = document.createElement("pre");

	pre.textContent = lines.join("") + "\n";
	document.body.append(pre);
	fetch("done", { method: "POST" });
})();
