// SPDX-License-Identifier: GPL-2.0-only
/* The report of one recording; facts is the output of report -j. */
"use strict";

const NOT_RECORDED = {
	time: "No times: group time was off (record --groups time).",
	histogram: "No handler times: group histogram was off (record --groups time,histogram).",
	detail: "No details: group detail was off (record --groups detail).",
};

/* Reasons with an explanation. */
const knownReasons = new Set(extra.reasons ? extra.reasons.map((r) => r.name) : []);

function linkTo(name) {
	return knownReasons.has(name) ? reasonLink(name) : name;
}

function fact(title, value, more) {
	return el("div", {}, el("dt", {}, title), el("dd", { class: String(value).length > 12 && "long" }, value, more && el("small", {}, more)));
}

/* ---- summary ---- */

function patternFact() {
	const a = facts.answers;

	return fact("Pattern", a.pattern, a.burst_samples ?
		`${count(a.burst_samples)} samples above 3 times the median, ${a.burst_percent.toFixed(0)} % of exits` :
		`standard deviation is ${significant(a.variation)} of the mean`);
}

function costFact() {
	const first = (facts.costs || [])[0];

	return first && first.percent !== null ? fact("Most expensive", first.reason,
		`${ns(first.cost_ns)}, ${first.percent.toFixed(0)} % of the cost of all exits`) : null;
}

function accountingFact() {
	const c = facts.accounting;

	return c && fact("Accounting check", c.unaccounted ? `${count(c.unaccounted)} unaccounted` : "0 unaccounted",
		`${count(c.attempts)} attempts, ${count(c.entry_failed)} failed entries, ${count(c.entry_emulated)} emulated entries`);
}

function summary() {
	const a = facts.answers, r = facts.recording, most = facts.reasons[0];
	const notes = [];

	if (r.interrupted)
		notes.push("This recording was interrupted: the page covers the samples until then.");
	if (r.lost)
		notes.push(`${count(r.lost)} exits lost (out of memory): the counts are too low.`);
	if (r.restarts)
		notes.push(`Restarts of a vCPU's counters: ${count(r.restarts)}. Exits shortly before a restart are not counted.`);
	if (r.unavailable.length)
		notes.push(`Unavailable from source ${r.source} ("-" in tables): ${r.unavailable.join(", ")}.`);
	section("summary", "Summary", notes.map(note), el("dl", { class: "facts" },
		fact("Exits", count(a.exits), `in ${seconds(a.span_s)} s, from the first exit to the last`),
		fact("Per second", rate(a.mean_per_s), `median ${rate(a.median_per_s)}`),
		fact("Highest rate", rate(a.highest_per_s) + "/s", a.highest_at_s === null ? "" : `at ${seconds(a.highest_at_s)} s`),
		patternFact(),
		most ? fact("Most frequent", most.name, `${percent(most.percent)} % of exits`) : null,
		costFact(), accountingFact(),
		fact("Samples", count(r.samples), `every ${ns(r.interval_s * 1e9)}, ${count(r.missed_deadlines)} missed deadlines`)));
}

/* ---- charts ---- */

const phases = facts.phases || [];

function startChart(o, id, title, words, caption) {
	const chart = timeChart(o);

	section(id, title, words, chart.node, chartTable(o, caption));
	chart.start();
	return chart;
}

function thinnedNote(series) {
	return series.points > series.columns ?
		note(`The chart is thinned: ${count(series.points)} samples in ${count(series.columns)} columns. `
			+ "Sums are exact; the line shows the highest rate of a single sample in each column.") : null;
}

function ratesChart() {
	const series = extra.series, thinned = series.points > series.columns;

	return startChart(rateOptions(series, series.reasons.slice(0, MAX_LAYERS), phases, {
		peaks: thinned ? series.highest : null, title: "Exits per second by reason, over time",
	}), "rates", "Exit rates", [el("p", { class: "soft" }, "Exits per second by reason, stacked. Bands are phases."),
		thinnedNote(series)], "The chart as a table");
}

function statesChart() {
	const states = extra.series.states;

	const o = {
		series: extra.series, phases, height: 240,
		layers: states.map((s) => ({ name: s.name, colour: s.colour, values: s.milli.map((n) => n / 1000) })),
		yMax: Math.max(facts.vcpus.length, 1) / HEADROOM * 1.1,
		title: "vCPU time by state, over time",
		sumText: (n, time) => `${significant(time ? n / time : 0)} vCPUs on average`,
		valueText: (v) => `${significant(v)} vCPUs`,
		cellText: (n, time) => significant(time ? n / time : 0), cellTitle: "vCPUs",
	};

	return { chart: timeChart(o), table: chartTable(o, "This chart as a table") };
}

/* ---- phases ---- */

function mostOf(phase) {
	return phase.by_reason.filter((r) => r.exits).sort((a, b) => b.exits - a.exits).slice(0, 3);
}

function phaseTable() {
	if (!phases.length) {
		section("phases", "Phases", note("No phases: no command was recorded, or no phase pattern matched its output."));
		return;
	}
	section("phases", "Phases", sortedTable({
		caption: "Exits by boot phase", rows: phases, columns: [
			{ key: "name", title: "phase", head: true, get: (p) => p.name },
			{ key: "begin", title: "begins at s", num: true, get: (p) => p.begin_s, text: (p) => seconds(p.begin_s) },
			{ key: "takes", title: "takes s", num: true, get: (p) => p.takes_s, text: (p) => seconds(p.takes_s) },
			{ key: "exits", title: "exits", num: true, get: (p) => p.exits, text: (p) => count(p.exits), part: (p) => p.percent },
			{ key: "rate", title: "per s", num: true, get: (p) => p.per_s, text: (p) => rate(p.per_s) },
			{ key: "most", title: "most frequent", get: (p) => mostOf(p).map((r) => r.name).join(" "),
				text: (p) => mostOf(p).map((r) => `${r.name} ${r.percent.toFixed(0)} %`).join(", ") || "-" },
		],
	}).node);
}

/* ---- reasons ---- */

/* Rows of the whole recording, or of one phase. */
function reasonRows(phase) {
	return phase ? phase.by_reason.filter((r) => r.exits) : facts.reasons;
}

/* A share of exits; phases do not have it. */
function ofExits(key, title, help) {
	const value = (r) => r[key + "_percent"] ?? null;

	return { key, title, help, num: true, get: value, text: (r) => value(r) === null ? "-" : value(r).toFixed(0) + " %" };
}

function reasonColumns() {
	const nested = facts.reasons.some((r) => r.l2);

	return [
		{ key: "name", title: "reason", head: true, get: (r) => r.name, cell: (r) => reasonLink(r.name, r.colour) },
		{ key: "class", title: "class", get: (r) => r.class },
		{ key: "exits", title: "exits", num: true, get: (r) => r.exits, text: (r) => count(r.exits), part: (r) => r.percent },
		{ key: "percent", title: "%", num: true, get: (r) => r.percent, text: (r) => percent(r.percent) },
		{ key: "per_s", title: "per s", num: true, get: (r) => r.per_s, text: (r) => rate(r.per_s) },
		ofExits("userspace", "userspace", "share of exits returned to user space"),
		ofExits("fastpath", "fastpath", "share of exits handled by a fastpath"),
		...(nested ? [ofExits("l2", "L2", "share of exits of L2"),
			ofExits("reflected", "reflected", "share of exits reflected to L1")] : []),
		{ key: "first", title: "first s", num: true, get: (r) => r.first_s, text: (r) => seconds(r.first_s) },
		{ key: "last", title: "last s", num: true, get: (r) => r.last_s, text: (r) => seconds(r.last_s) },
	];
}

function reasonTable() {
	const select = el("select", { "aria-label": "Phase", id: "reason-phase", onchange: () =>
		table.update(reasonRows(phases[select.value])) },
	el("option", { value: "" }, "the whole recording"),
	phases.map((p, i) => el("option", { value: i }, `phase: ${p.name}`)));
	const table = sortedTable({
		caption: "Exits by reason (userspace, fastpath: share of the reason's exits; first, last: seconds after the start)",
		rows: reasonRows(), sort: "-exits", search: "Search reasons", columns: reasonColumns(),
		controls: phases.length ? [select] : [],
		foot: (rows) => {
			const sum = (key) => rows.reduce((s, r) => s + r[key], 0);
			const cells = reasonColumns().map(() => "");

			cells.splice(2, 3, count(sum("exits")), percent(sum("percent")), rate(sum("per_s")));
			return cells.map((text, i) => i ? el("td", { class: "num" }, text) : el("th", { scope: "row" }, "sum of these rows"));
		},
	});

	section("reasons", "Reasons", table.node);
}

/* ---- time ---- */

function shareText(percent) {
	return (percent ?? 0).toFixed(1) + " %";
}

function shareBar(states, label) {
	const text = (s) => `${s.name} ${shareText(s.percent_of_sum)}`;

	return el("div", { class: "share", role: "img", "aria-label": label + ": " + states.map(text).join(", ") },
		states.map((s) => {
			const e = el("span", { title: text(s) });

			e.style.background = colour(s.colour);
			e.style.width = `${s.percent_of_sum ?? 0}%`;
			return e;
		}));
}

function vcpuTimes(time) {
	const of = (x) => seconds(x / 1e9);
	const rows = facts.vcpu_times.map((t) => [`${t.guest} vCPU ${t.vcpu}`,
		...time.states.map((s) => of(t[s.name + "_ns"])), of(t.elapsed_ns)]);

	if (rows.length > 1)
		rows.push(["all", ...time.states.map((s) => of(s.ns)), of(time.elapsed_ns)]);
	rows.push(["share", ...time.states.map((s) => shareText(s.percent)), ""]);
	return plainTable("vCPU time by state, in seconds",
		["vCPU", ...time.states.map((s) => [swatch(s.colour), s.name]), "elapsed"], rows);
}

function costTable() {
	const time = (key, title, get, more) => ({ key, title, num: true, get, text: (c) => ns(get(c)), ...more });

	return sortedTable({
		caption: "Cost by reason: time in states handler and userspace; p50, p99, max: handler time of an exit",
		rows: facts.costs, sort: "-total", columns: [
			{ key: "reason", title: "reason", head: true, get: (c) => c.reason, cell: (c) => linkTo(c.reason) },
			{ key: "exits", title: "exits", num: true, get: (c) => c.exits, text: (c) => count(c.exits) },
			time("mean", "mean", (c) => c.mean_ns),
			time("total", "total", (c) => c.cost_ns, { part: (c) => c.percent }),
			{ key: "percent", title: "%", num: true, get: (c) => c.percent, text: (c) => percent(c.percent) },
			{ key: "userspace", title: "userspace", help: "share of the total in state userspace", num: true, get: (c) => c.userspace_time_percent,
				text: (c) => c.userspace_time_percent === null ? "-" : c.userspace_time_percent.toFixed(0) + " %" },
			time("p50", "p50", (c) => c.p50_ns), time("p99", "p99", (c) => c.p99_ns), time("max", "max", (c) => c.max_ns),
		],
	}).node;
}

function timeBudget() {
	if (!facts.vcpu_times) {
		section("time", "Time", note(NOT_RECORDED.time));
		return;
	}
	const { chart, table } = statesChart();

	section("time", "Time", shareBar(facts.time.states, "Time of all vCPUs"), vcpuTimes(facts.time),
		el("h3", {}, "Over time"), chart.node, table, el("h3", {}, "Cost by reason"), costTable());
	chart.start();
}

function latency() {
	if (!extra.heat) {
		section("latency", "Latency", note(NOT_RECORDED.histogram));
		return;
	}
	const maps = heatMaps(extra.heat, (map) =>
		`Handler times of ${map.reason} over time: median ${ns(map.p50_ns)}, 99 % below ${ns(map.p99_ns)}, longest ${ns(map.max_ns)}`);

	section("latency", "Latency", el("p", { class: "soft" },
		"Handler time of an exit (vertical, by powers of two) over time, for the most expensive reasons. Medians and maxima are in the table above."),
	maps.nodes);
	maps.start();
}

/* ---- returns to user space, details, vCPUs ---- */

function userExits() {
	if (!facts.userspace_exits)
		return;
	const rows = Object.entries(facts.userspace_exits).sort((a, b) => b[1] - a[1]);

	section("user", "User space", plainTable("KVM_RUN returned to user space for", ["KVM_EXIT", "times"],
		rows.map(([name, n]) => [name, count(n)])));
}

function nestedGuest() {
	if (!facts.nested)
		return;
	const number = (n) => n === null ? "-" : count(n);
	const row = (name, r) => [name, number(r.l2), number(r.reflected), number(r.received),
		r.exits_per_l2 === null ? "-" : r.exits_per_l2.toFixed(2)];

	section("nested", "Nested guest", plainTable("Exits of L2; reflected: to L1, by the reason of the processor; received: by the reason that L1 sees; x: exits here per exit of L2",
		["reason", "L2", "reflected", "received", "x"],
		[...facts.nested.by_reason.map((r) => row(r.reason, r)), row("all", facts.nested)]));
}

function detailRows() {
	return [...facts.details.map((d) => ({ ...d, known: d.other ? "no place in the kernel's table" : d.name })),
		...extra.detail_cut.map((c) => ({ ...c, text: `${count(c.values)} more values`, known: null, count: c.exits }))];
}

function details() {
	if (!facts.details) {
		section("detail", "Detail", note(NOT_RECORDED.detail));
		return;
	}
	section("detail", "Detail", sortedTable({
		caption: "Exits by port, MSR, CPUID leaf, page, ...; %: share of the reason's exits; \u2265: more may be among the values without a place",
		rows: detailRows(), sort: "-count", search: "Search details", columns: [
			{ key: "reason", title: "reason", head: true, get: (d) => d.reason, cell: (d) => linkTo(d.reason) },
			{ key: "value", title: "value", get: (d) => d.text },
			{ key: "name", title: "known as", get: (d) => d.known || "", text: (d) => d.known || "" },
			{ key: "count", title: "exits", num: true, get: (d) => d.count, text: (d) => (d.at_least ? "\u2265" : "") + count(d.count) },
			{ key: "percent", title: "%", num: true, get: (d) => d.percent, text: (d) => percent(d.percent), part: (d) => d.percent },
		],
	}).node);
}

function vcpus() {
	section("vcpus", "vCPUs", sortedTable({
		caption: "Exits by vCPU", rows: facts.vcpus, search: facts.vcpus.length > 10 ? "Search vCPUs" : null, columns: [
			{ key: "guest", title: "guest", head: true, get: (v) => v.guest },
			{ key: "pid", title: "pid", num: true, get: (v) => v.pid },
			{ key: "vcpu", title: "vCPU", num: true, get: (v) => v.vcpu },
			{ key: "exits", title: "exits", num: true, get: (v) => v.exits, text: (v) => count(v.exits), part: (v) => v.percent },
			{ key: "percent", title: "%", num: true, get: (v) => v.percent, text: (v) => percent(v.percent) },
		],
	}).node);
}

/* ---- the rest ---- */

function configuration(recording) {
	const rows = [["file", recording.file], ...Object.entries(recording.meta)];

	recording.vms.forEach((v) => rows.push([`VM ${v.vm}`, `${v.name}, pid ${v.pid}, ${v.comm}: ${v.cmdline}`]));
	return plainTable("Metadata of the recording", null, rows, "config");
}

function timeline() {
	const cols = columnsOf(extra.series);
	const rows = [["begin_s", "end_s", "phase", ...extra.series.reasons.map((r) => r.name)]];

	for (let c = 0; c < cols.ends.length; c++) {
		const phase = phaseAt(phases, (cols.begins[c] + cols.ends[c]) / 2);

		rows.push([cols.begins[c].toFixed(6), cols.ends[c].toFixed(6), phase ? phase.name : "",
			...extra.series.reasons.map((r) => r.counts[c])]);
	}
	return csv(rows);
}

function reasonsCsv() {
	const keys = ["name", "isa", "code", "class", "exits", "percent", "l1", "l2", "reflected", "fastpath", "userspace",
		"first_s", "last_s"];

	return csv([keys, ...facts.reasons.map((r) => keys.map((k) => r[k]))]);
}

/* The text from the page: its numbers may exceed those of JavaScript. */
function rawFacts() {
	return document.getElementById("facts").textContent + "\n";
}

function reportPage() {
	const r = facts.recording;
	const about = [["kernel", r.kernel], ["machine", r.machine], ["cpu", r.cpu], ["lab", r.lab], ["source", r.source]]
		.filter(([, v]) => v).map(([k, v]) => `${k} ${v}`);

	frame(document.title, about.join(", "), [
		downloadButton("Reasons (CSV)", "reasons.csv", "text/csv", reasonsCsv),
		downloadButton("Time line (CSV)", "timeline.csv", "text/csv", timeline),
		downloadButton("Report (JSON)", "report.json", "application/json", rawFacts)]);
	summary();
	if (facts.reasons.length)
		ratesChart();
	phaseTable();
	reasonTable();
	timeBudget();
	latency();
	userExits();
	nestedGuest();
	details();
	if (facts.vcpus.length)
		vcpus();
	section("why", "What the reasons mean", extra.reasons.map(explanation));
	section("config", "Configuration", configuration(extra.recording));
	finish();
}
