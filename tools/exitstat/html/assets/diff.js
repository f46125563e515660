// SPDX-License-Identifier: GPL-2.0-only
/* A comparison; facts is the output of diff -j. */
"use strict";

function changeText(row, write) {
	if (row.kind === "unavailable" || row.change === null)
		return "-";
	return (row.change > 0 ? "+" : row.change < 0 ? "−" : "") + write(Math.abs(row.change));
}

function ratioText(row) {
	if (row.kind === "appeared" || row.kind === "vanished")
		return row.kind;
	if (row.ratio === null)
		return row.kind === "same" ? "=" : "-";
	if (row.ratio === 1)
		return "=";
	return row.ratio >= 2 ? `× ${significant(row.ratio)}` : `${row.ratio > 1 ? "+" : "−"}${significant(Math.abs(row.ratio - 1) * 100)} %`;
}

/* A mean of several runs may be fractional. */
function amount(x) {
	return Number.isInteger(x) ? count(x) : significant(x);
}

/* Insignificant changes have no colour. */
function changeClass(row) {
	if (row.significant === false || !row.change)
		return null;
	return row.change > 0 ? "more" : "less";
}

function sureText(row) {
	if (row.significant === null)
		return "-";
	return row.significant ? "yes" : row.change ? "not significant" : "no";
}

const repeated = () => facts.a.runs.length > 1 && facts.b.runs.length > 1;

function diffColumns(title, write, cell) {
	const side = (key, name) => ({ key, title: name, num: true, get: (r) => r[key].mean, text: (r) => r[key].mean === null ? "-" : write(r[key].mean) });
	const signed = (r, text) => el("span", { class: changeClass(r) }, text);

	return [
		{ key: "name", title, head: true, get: (r) => r.name, cell },
		side("a", repeated() ? "mean A" : "A"), side("b", repeated() ? "mean B" : "B"),
		{ key: "change", title: "change", num: true, get: (r) => r.change, text: (r) => changeText(r, write),
			cell: (r) => signed(r, changeText(r, write)) },
		...(repeated() ? [{ key: "ci", title: "± 95 %", num: true, get: (r) => r.change_ci95,
			text: (r) => r.change_ci95 === null ? "-" : write(r.change_ci95) },
		{ key: "sure", title: "changed", get: sureText }] : []),
		{ key: "ratio", title: "ratio", num: true, get: (r) => r.ratio, text: ratioText },
		{ key: "size", title: "size", help: "absolute value of the change", num: true,
			get: (r) => r.change === null ? null : Math.abs(r.change), text: (r) => r.change === null ? "-" : write(Math.abs(r.change)) },
	];
}

function diffTable(caption, title, rows, write, more = {}) {
	return sortedTable({ caption, rows, sort: "-size", columns: diffColumns(title, write, more.cell), ...more });
}

/* The most frequent reasons of both sides, with the same colour in both charts. */
function sharedLayers() {
	const known = [...extra.a.series.reasons, ...extra.b.series.reasons];
	const rows = facts.whole.reasons ? facts.whole.reasons.map((r) => ({ name: r.name, most: Math.max(r.a.mean || 0, r.b.mean || 0) })) :
		known.map((r) => ({ name: r.name, most: r.exits }));

	return rows.sort((x, y) => y.most - x.most).slice(0, MAX_LAYERS).map((r) =>
		({ name: r.name, colour: (known.find((k) => k.name === r.name) || { colour: REST_COLOUR }).colour }));
}

function sideChart(key, names) {
	const s = extra[key];

	return rateOptions(s.series, names, s.phases, {
		height: 300, title: `Exits per second of ${key.toUpperCase()}, over time`,
	});
}

function sideLabel(key) {
	const s = extra[key], runs = facts[key].runs;
	const which = s.runs > 1 ? `, run ${s.run + 1} of ${s.runs}, closest to their mean` : "";

	return `${key.toUpperCase()}: ${runs[s.run].file}${which}`;
}

function ratesOfBoth() {
	const names = sharedLayers();
	const options = { a: sideChart("a", names), b: sideChart("b", names) };
	const end = Math.max(...["a", "b"].map((k) => columnsOf(extra[k].series).ends.at(-1)));
	const most = Math.max(highestSum(options.a.layers), highestSum(options.b.layers));
	const nodes = [], charts = [];

	for (const key of ["a", "b"]) {
		const o = options[key];

		o.xMax = end;
		o.yMax = most;
		charts.push(timeChart(o));
		nodes.push(el("div", {}, el("h3", { title: sideLabel(key) }, sideLabel(key)), thinned(extra[key].series), charts.at(-1).node,
			chartTable(o, `${key.toUpperCase()} as a table`)));
	}
	section("rates", "Exit rates", el("p", { class: "soft" }, "Exits per second by reason, stacked, on the same scales. Bands are phases."),
		el("div", { class: "pair" }, nodes));
	charts.forEach((c) => c.start());
}

function thinned(series) {
	return series.points > series.columns ?
		el("p", { class: "soft" }, `Thinned: ${count(series.points)} samples in ${count(series.columns)} columns; sums are exact, short bursts look lower.`) : null;
}

function phasesOfBoth() {
	if (!facts.phases.length)
		return;
	section("phases", "Phases",
		diffTable("Exits by boot phase", "phase", facts.phases.map((p) => ({ ...p.exits, name: p.name })), amount, { sort: "" }).node,
		diffTable("Duration of boot phases", "phase", facts.phases.map((p) => ({ ...p.takes_ns, name: p.name })), ns, { sort: "" }).node);
}

function changes() {
	const scopes = [{ ...facts.whole, name: "the whole" }, ...facts.phases];
	const kinds = facts.whole.reasons ? ["reasons", "classes"] : ["classes"];
	const option = (value, text) => el("option", { value }, text);
	const where = el("select", { "aria-label": "Phase", onchange: () => table.update(rows()) },
		scopes.map((s, i) => option(i, i ? `phase: ${s.name}` : s.name)));
	const kind = el("select", { "aria-label": "By", onchange: () => table.update(rows()) },
		kinds.map((k) => option(k, k === "classes" ? "by class" : "by reason")));
	const known = new Map([...extra.a.reasons, ...extra.b.reasons].map((r) => [r.name, r]));
	const rows = () => scopes[Number(where.value)][kind.value] || [];
	const table = diffTable("Exits of A and B", "name", facts.whole[kinds[0]], amount, {
		search: "Search", controls: [where, kind],
		cell: (r) => known.has(r.name) ? reasonLink(r.name, known.get(r.name).colour) : r.name,
		foot: () => {
			const all = { ...scopes[Number(where.value)].exits, name: "all" };

			return [...tableRow(diffColumns("", amount), all).cells];
		},
	});

	section("changes", "Changes", facts.whole.reasons ? null :
		note("A and B are from different processors: only classes of reasons can be compared."), table.node);
}

function otherChanges() {
	const lacks = (key) => note(`Unavailable: ${facts.unavailable[key]}.`);

	section("user", "User space", facts.userspace_exits ?
		diffTable("Returns to user space, by KVM_EXIT", "KVM_EXIT", facts.userspace_exits, amount).node : lacks("userspace_exits"));
	section("time", "Time", facts.costs_ns ?
		diffTable("Cost by reason: time in states handler and userspace", "reason", [{ ...facts.cost_ns, name: "all" }, ...facts.costs_ns], ns).node :
		lacks("costs_ns"),
	facts.times_ns ? diffTable("vCPU time by state", "state", facts.times_ns, ns).node : lacks("times_ns"));
}

function factsOfBoth() {
	const keys = Object.keys(facts.a).filter((k) => k !== "runs");
	const same = (k) => facts.a[k] === facts.b[k];
	const rows = [...keys.filter((k) => !same(k)), ...keys.filter(same)].map((k) =>
		[k, facts.a[k] || "-", same(k) ? "the same" : facts.b[k] || "-"]);

	section("config", "Configuration", el("div", { class: "scroll" }, el("table", { class: "config" },
		el("caption", {}, "Metadata of A and B, differences first"),
		el("thead", {}, el("tr", {}, ["", "A", "B"].map((t) => el("th", { scope: "col" }, t || el("span", { class: "hidden-text" }, "fact"))))),
		el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((c, i) => el(i ? "td" : "th", { scope: i ? null : "row" }, c)))))),
	["a", "b"].map((key) => [el("h3", {}, key.toUpperCase()), configuration(extra[key].recording)])));
}

function diffCsv() {
	const head = ["phase", "by", "name", "kind", "a", "b", "change", "ratio"];
	const rows = [{ ...facts.whole, name: "" }, ...facts.phases].flatMap((s) => ["reasons", "classes"].flatMap((by) =>
		(s[by] || []).map((r) => [s.name, by, r.name, r.kind, r.a.mean, r.b.mean, r.change, r.ratio])));

	return csv([head, ...rows]);
}

function diffPage() {
	const known = new Map([...extra.a.reasons, ...extra.b.reasons].map((r) => [r.name, r]));

	frame(document.title, ["a", "b"].map(sideLabel).join("; "), [
		downloadButton("Changes (CSV)", "changes.csv", "text/csv", diffCsv),
		downloadButton("Comparison (JSON)", "diff.json", "application/json", rawFacts)]);
	section("summary", "Summary", el("p", { class: "lead" }, facts.summary));
	ratesOfBoth();
	phasesOfBoth();
	changes();
	otherChanges();
	section("why", "What the reasons mean", [...known.values()].map(explanation));
	factsOfBoth();
	finish();
}
