// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page that cli/html-browser.sh opens: shows each of "names" (NAME.tested.html)
 * in a frame and leaves a line "SELFTEST NAME ..." for each that the page's test
 * said. A page that says nothing is given up, and has no line.
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
