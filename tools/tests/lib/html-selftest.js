// SPDX-License-Identifier: GPL-2.0-only
/*
 * Put at the end of a page by cli/html-browser.sh: uses it as a person would, in
 * the browser, and tells the page that it is a frame of what came of each check,
 * a line per check.
 */
"use strict";

(() => {
	const lines = [];
	const $ = (selector, root = document) => root.querySelector(selector);
	const all = (selector, root = document) => [...root.querySelectorAll(selector)];
	const texts = (selector, root) => all(selector, root).map((e) => e.textContent);
	const number = (text) => Number(text.replaceAll(",", ""));
	const sum = (list) => list.reduce((a, b) => a + b, 0);

	function equal(got, want, what) {
		if (JSON.stringify(got) !== JSON.stringify(want))
			throw new Error(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
	}

	const checks = [];
	const check = (name, f) => checks.push([name, f]);
	/* The chart draws what was asked for when the script has ended. */
	const drawn = () => new Promise((done) => setTimeout(done, 20));

	/* What a page draws once it knows its size is there after a frame. */
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
	/* Of a copy: reading would make the page's own canvas a slow one. */
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

	/* ---- what holds for every page ---- */

	function frameChecks() {
		check("loads nothing", () => equal(performance.getEntriesByType("resource").map((e) => e.name), [], "loaded"));
		check("ids are unique", () => {
			const ids = all("[id]").map((e) => e.id);

			equal(ids.filter((id, i) => ids.indexOf(id) !== i), [], "twice");
		});
		check("links lead somewhere", () => all("a[href^='#']").forEach((a) =>
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
		check("heads of tables have a scope", () => all("th").forEach((th) =>
			equal(["row", "col"].includes(th.scope), true, th.outerHTML)));
		check("no value reads undefined or NaN", () => {
			const bad = $("main").innerText.match(/undefined|NaN|\[object|Infinity/g);

			equal(bad, null, "found");
		});
		check("nothing but the page's own elements", () =>
			equal(all("img, iframe, object, embed, link:not([rel=icon])").length + Number("hacked" in window), 0, "strangers"));
		check("light and dark", () => {
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
		check("a row for each reason", () =>
			equal(rowNames("reasons"), extra.reasons.map((r) => r.name), "rows"));
		check("exits are the report's", () => equal(column("reasons", 3), facts.reasons.map((r) => r.exits), "exits"));
		check("the sum is the report's", () =>
			equal(number($("#reasons tfoot td:nth-child(3)").textContent), facts.answers.exits, "sum"));
		check("sorts by number, both ways", () => {
			const up = facts.reasons.map((r) => r.exits).sort((a, b) => a - b);

			sortButton("reasons", "exits").click();
			equal(column("reasons", 3), up, "ascending");
			equal($("#reasons th[aria-sort]").getAttribute("aria-sort"), "ascending", "aria-sort");
			sortButton("reasons", "exits").click();
			equal(column("reasons", 3), up.reverse(), "descending");
			equal(all("#reasons th[aria-sort]").length, 1, "sorted columns");
		});
		check("sorts by name", () => {
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
		check("a phase's exits are the report's", () => facts.phases.forEach((p, i) => {
			type($("#reason-phase"), String(i));
			equal(sum(column("reasons", 3)), p.exits, p.name);
			equal(rowNames("reasons").length, p.by_reason.filter((r) => r.exits).length, p.name);
			type($("#reason-phase"), "");
		}));
		check("phases are the report's", () => {
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
		check("layers can be hidden", async () => {
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
		check("the chart as a table", () => equal(all("#rates details tbody tr").length > 1, true, "rows"));
		check("the time line has all exits", () => {
			const rows = timeline().trim().split("\n").slice(1).map((line) => line.split(","));

			equal(sum(rows.map((r) => sum(r.slice(3).map(Number)))), facts.answers.exits, "sum");
		});
		check("says when the chart is thinned", () =>
			equal(!!$("#rates .note"), extra.series.points > extra.series.columns, extra.series.points));
	}

	function groupChecks() {
		check("time and cost are there, or why not", () => {
			equal(all("#time .note").length, facts.vcpu_times ? 0 : 1, "note");
			if (facts.costs)
				equal(all("#time table").length, 3, "tables");
		});
		check("heat maps are painted, or why not", () => {
			equal(all("#latency .note").length, extra.heat ? 0 : 1, "note");
			all("#latency .heat canvas").forEach((c) => equal(colours(c).size > 2, true, "colours"));
		});
		check("details are the report's", () => {
			if (!facts.details)
				return equal(all("#detail .note").length, 1, "note");
			equal(sum(column("detail", 4)), sum(facts.details.map((d) => d.count)) + sum(extra.detail_cut.map((c) => c.exits)), "sum");
			equal(rowNames("detail").length, facts.details.length + extra.detail_cut.length, "rows");
		});
		check("fields of CSV are quoted", () => equal(csv([["a,b", 'c"d', null, "e"]]), '"a,b","c""d",,e\n', "csv"));
		check("an explanation for each reason", () => equal(all("#why details").length, facts.reasons.length, "details"));
	}

	/* ---- the comparison ---- */

	function diffChecks() {
		check("a row for each change", () =>
			equal(rowNames("changes").length, (facts.whole.reasons || facts.whole.classes).length, "rows"));
		check("means are diff's", () =>
			{
			const got = sum(column("changes", 2)), want = facts.whole.exits.a.mean;

			/* means are written with three digits */
			equal(Math.abs(got - want) <= want / 100, true, `${got}, not ${want}`);
			equal(number($("#changes tfoot td").textContent), Number(want.toPrecision(3)) > 100 ? Math.round(want) : want, "all");
		});
		check("two charts, painted", () => {
			equal(all("#rates .chart canvas").length, 2, "charts");
			all("#rates .chart canvas").forEach((c) => equal(colours(c).has(extra.a.reasons[0].colour) || colours(c).has(extra.b.reasons[0].colour), true, "colour"));
		});
		check("by class, and of a phase", () => {
			const [phase, by] = all("#changes select");

			type(by, "classes");
			equal(rowNames("changes").length, facts.whole.classes.length, "classes");
			if (facts.phases.length) {
				type(phase, "1");
				equal(rowNames("changes").length, facts.phases[0].classes.length, "rows");
			}
		});
		check("the summary is diff's", () => equal($("#summary p").textContent, facts.summary, "summary"));
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
