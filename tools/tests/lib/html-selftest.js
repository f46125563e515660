// SPDX-License-Identifier: GPL-2.0-only
/*
 * Appended to a page by cli/html-browser.sh: operates the page in the browser as a
 * user would, and sends the result of each check to the parent frame, one line per
 * check.
 */
"use strict";

(() => {
	const lines = [];
	const $ = (selector, root = document) => root.querySelector(selector);
	const all = (selector, root = document) => [...root.querySelectorAll(selector)];
	const texts = (selector, root) => all(selector, root).map((e) => e.textContent);
	const number = (text) => Number(text.replace("\u2265", "").replaceAll(",", ""));
	const sum = (list) => list.reduce((a, b) => a + b, 0);

	function equal(got, want, what) {
		if (JSON.stringify(got) !== JSON.stringify(want))
			throw new Error(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
	}

	const checks = [];
	const check = (name, f) => checks.push([name, f]);
	/* The chart draws asynchronously, after the script has ended. */
	const drawn = () => new Promise((done) => setTimeout(done, 20));

	/* A page draws what depends on its size one frame after it is laid out. */
	const framed = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

	async function run() {
		await framed();
		for (const [name, f] of checks) {
			try {
				await f();
				lines.push(`ok ${name}`);
			} catch (e) {
				lines.push(`not ok ${name}: ${e.message}`);
			}
		}
		lines.push(`ran ${checks.length}`);
		parent.postMessage(lines, "*");
	}

	function type(input, text) {
		input.value = text;
		input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
	}

	function sortButton(section, title) {
		return all(`#${section} thead button`).find((b) => b.textContent === title);
	}

	const rowNames = (section) => texts(`#${section} tbody th`);
	const column = (section, i) => texts(`#${section} tbody tr td:nth-child(${i})`).map(number);
	/* Read a copy: reading would switch the page's own canvas to slow rendering. */
	const colours = (canvas) => {
		const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
		const seen = new Set();

		copy.canvas.width = canvas.width;
		copy.canvas.height = canvas.height;
		copy.drawImage(canvas, 0, 0);
		const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
		for (let i = 0; i < data.length; i += 4)
			seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
		return seen;
	};
	const press = (key) => $("#rates .chart").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
	const view = () => $("#rates .view").textContent;
	const button = (root, text) => all("button", root).find((b) => b.textContent === text);

	/* ---- every page ---- */

	function frameChecks() {
		check("loads nothing", () => equal(performance.getEntriesByType("resource").map((e) => e.name), [], "loaded"));
		check("ids are unique", () => {
			const ids = all("[id]").map((e) => e.id);

			equal(ids.filter((id, i) => ids.indexOf(id) !== i), [], "twice");
		});
		check("links have a target", () => all("a[href^='#']").forEach((a) =>
			equal(!!document.getElementById(decodeURIComponent(a.getAttribute("href").slice(1))), true, a.href)));
		check("landmarks", () => ["header", "nav[aria-label]", "main", "footer", "a.skip"].forEach((s) =>
			equal(all(s).length, 1, s)));
		check("sections have a name", () => all("section").forEach((s) =>
			equal(!!document.getElementById(s.getAttribute("aria-labelledby")).textContent, true, s.id)));
		check("buttons, fields and charts have a name", () => {
			all("button").forEach((b) => equal(!!b.textContent.trim(), true, b.outerHTML));
			all("input, select, .chart, [role=img], [role=region]").forEach((e) =>
				equal(e.hasAttribute("aria-label") || e.hasAttribute("aria-labelledby"), true, e.outerHTML.slice(0, 80)));
		});
		check("table headers have a scope", () => all("th").forEach((th) =>
			equal(["row", "col"].includes(th.scope), true, th.outerHTML)));
		check("no value is undefined or NaN", () => {
			const bad = $("main").innerText.match(/undefined|NaN|\[object|Infinity/g);

			equal(bad, null, "found");
		});
		check("the page has only its own elements", () =>
			equal(all("img, iframe, object, embed, link:not([rel=icon])").length + Number("hacked" in window), 0, "foreign elements"));
		check("light and dark colour schemes differ", () => {
			const paper = () => getComputedStyle(document.body).backgroundColor;

			type($("#theme"), "dark");
			const dark = paper();
			type($("#theme"), "light");
			equal(dark === paper(), false, dark);
		});
		check("a link opens an explanation", () => {
			const d = $("#why details");

			if (!d)
				return;
			location.hash = "#" + d.id;
			openTarget();
			equal(d.open, true, d.id);
		});
	}

	/* ---- the report ---- */

	function tableChecks() {
		check("the table has a row for each reason", () =>
			equal(rowNames("reasons"), extra.reasons.map((r) => r.name), "rows"));
		check("exits match the report", () => equal(column("reasons", 3), facts.reasons.map((r) => r.exits), "exits"));
		check("the sum matches the report", () =>
			equal(number($("#reasons tfoot td:nth-child(3)").textContent), facts.answers.exits, "sum"));
		check("numbers sort in both directions", () => {
			const up = facts.reasons.map((r) => r.exits).sort((a, b) => a - b);

			sortButton("reasons", "exits").click();
			equal(column("reasons", 3), up, "ascending");
			equal($("#reasons th[aria-sort]").getAttribute("aria-sort"), "ascending", "aria-sort");
			sortButton("reasons", "exits").click();
			equal(column("reasons", 3), up.reverse(), "descending");
			equal(all("#reasons th[aria-sort]").length, 1, "sorted columns");
		});
		check("names sort", () => {
			sortButton("reasons", "reason").click();
			equal(rowNames("reasons"), rowNames("reasons").sort((a, b) => a.localeCompare(b, "en")), "names");
		});
		check("searches", () => {
			if (!facts.reasons.length)
				return;
			const field = $("#reasons input[type=search]"), word = facts.reasons[0].name.slice(0, 4).toLowerCase();
			const want = facts.reasons.filter((r) => (r.name + " " + r.class).toLowerCase().includes(word)).length;

			type(field, word);
			equal(rowNames("reasons").length, want, word);
			equal($("#reasons [role=status]").textContent, want === facts.reasons.length ?
				`${want} rows` : `${want} of ${facts.reasons.length} rows`, "status");
			type(field, "no such reason");
			equal(rowNames("reasons"), [], "rows");
			type(field, "");
			equal(rowNames("reasons").length, facts.reasons.length, "all again");
		});
		check("exits of a phase match the report", () => facts.phases.forEach((p, i) => {
			type($("#reason-phase"), String(i));
			equal(sum(column("reasons", 3)), p.exits, p.name);
			equal(rowNames("reasons").length, p.by_reason.filter((r) => r.exits).length, p.name);
			type($("#reason-phase"), "");
		}));
		check("phases match the report", () => {
			if (facts.phases.length)
				equal(column("phases", 4), facts.phases.map((p) => p.exits), "exits");
		});
	}

	function chartChecks() {
		const canvas = $("#rates .chart canvas");
		const total = `${facts.answers.exits.toLocaleString("en-US")} exits`;

		check("the chart is painted", () => equal(colours(canvas).has(extra.reasons[0].colour), true, "the first reason's colour"));
		check("the chart shows all exits", () => equal(view().includes(total), true, view()));
		check("zooms by button and by key", async () => {
			const before = view();

			button($("#rates"), "Zoom in").click();
			await drawn();
			const once = view();
			equal(once === before, false, once);
			press("+");
			await drawn();
			const twice = view();
			equal(twice === once, false, twice);
			press("ArrowRight");
			await drawn();
			equal(view() === twice, false, view());
			press("0");
			await drawn();
			equal(view(), before, "all again");
		});
		check("the legend hides layers", async () => {
			const b = $("#rates .legend button");

			b.click();
			await drawn();
			equal(b.getAttribute("aria-pressed"), "false", "pressed");
			equal(colours(canvas).has(extra.reasons[0].colour), false, "its colour");
			b.click();
			await drawn();
			equal(b.getAttribute("aria-pressed"), "true", "pressed");
			equal(colours(canvas).has(extra.reasons[0].colour), true, "its colour");
		});
		check("the chart is available as a table", () => equal(all("#rates details tbody tr").length > 1, true, "rows"));
		check("the time line contains all exits", () => {
			const rows = timeline().trim().split("\n").slice(1).map((line) => line.split(","));

			equal(sum(rows.map((r) => sum(r.slice(3).map(Number)))), facts.answers.exits, "sum");
		});
		check("a thinned chart has a note", () =>
			equal(!!$("#rates .note"), extra.series.points > extra.series.columns, extra.series.points));
	}

	function groupChecks() {
		check("time and cost are shown, or why they are missing", () => {
			equal(all("#time .note").length, facts.vcpu_times ? 0 : 1, "note");
			if (facts.costs)
				equal(all("#time table").length, 3, "tables");
		});
		check("heat maps are painted, or why they are missing", () => {
			equal(all("#latency .note").length, extra.heat ? 0 : 1, "note");
			all("#latency .heat canvas").forEach((c) => equal(colours(c).size > 2, true, "colours"));
		});
		check("details match the report", () => {
			if (!facts.details)
				return equal(all("#detail .note").length, 1, "note");
			equal(sum(column("detail", 4)), sum(facts.details.map((d) => d.count)) + sum(extra.detail_cut.map((c) => c.exits)), "sum");
			equal(rowNames("detail").length, facts.details.length + extra.detail_cut.length, "rows");
			equal(texts("#detail tbody td").filter((t) => t.startsWith("\u2265")).length,
				facts.details.filter((d) => d.at_least).length, "values that entered the table late");
		});
		check("exits that L1 received match the report", () => {
			equal(all("#nested tbody tr").length, facts.nested ? facts.nested.by_reason.length + 1 : 0, "rows");
			if (facts.nested)
				equal(sum(column("nested", 4).slice(0, -1)), facts.nested.received || 0, "received");
		});
		check("fields of CSV are quoted", () => equal(csv([["a,b", 'c"d', null, "e"]]), '"a,b","c""d",,e\n', "csv"));
		check("each reason has an explanation", () => equal(all("#why details").length, facts.reasons.length, "details"));
	}

	/* ---- the comparison ---- */

	function diffChecks() {
		check("the table has a row for each change", () =>
			equal(rowNames("changes").length, (facts.whole.reasons || facts.whole.classes).length, "rows"));
		check("means match the diff", () =>
			{
			const got = sum(column("changes", 2)), want = facts.whole.exits.a.mean;

			/* means have three significant digits */
			equal(Math.abs(got - want) <= want / 100, true, `${got}, not ${want}`);
			equal(number($("#changes tfoot td").textContent), Number(want.toPrecision(3)) > 100 ? Math.round(want) : want, "all");
		});
		check("two charts, painted", () => {
			equal(all("#rates .chart canvas").length, 2, "charts");
			all("#rates .chart canvas").forEach((c) => equal(colours(c).has(extra.a.reasons[0].colour) || colours(c).has(extra.b.reasons[0].colour), true, "colour"));
		});
		check("changes can be shown by class and for a phase", () => {
			const [phase, by] = all("#changes select");

			type(by, "classes");
			equal(rowNames("changes").length, facts.whole.classes.length, "classes");
			if (facts.phases.length) {
				type(phase, "1");
				equal(rowNames("changes").length, facts.phases[0].classes.length, "rows");
			}
		});
		check("the summary matches the diff", () => equal($("#summary p").textContent, facts.summary, "summary"));
	}

	if (extra.kind === "diff") {
		diffChecks();
	} else {
		tableChecks();
		if (facts.reasons.length)
			chartChecks();
		groupChecks();
	}
	frameChecks();
	run();
})();
