// SPDX-License-Identifier: GPL-2.0-only
/*
 * A chart over time: stacked steps, phases as bands, zoom by mouse, buttons and
 * keys, and a text below that summarises the visible part.
 */
"use strict";

const MAX_LAYERS = 11;
const REST_COLOUR = 0x9a9a9a;
const CHART_HEIGHT = 340;
const HEADROOM = 1.15;	/* room for the names of phases */

/* Ends and lengths of a series' columns, in seconds. */
function columnsOf(series) {
	const ends = series.end_us.map((us) => series.begin_s + us / 1e6);
	const begins = ends.map((_, i) => i ? ends[i - 1] : series.begin_s);

	return { begins, ends, length: ends.map((end, i) => Math.max(end - begins[i], 1e-9)) };
}

function phaseAt(phases, s) {
	return phases.find((p) => p.begin_s <= s && s < p.end_s);
}

/* Layers of rates: one for each of @names, and one for all other reasons. */
function rateLayers(series, names) {
	const cols = columnsOf(series);
	const layers = names.map((n) => ({ name: n.name, colour: n.colour, counts: new Array(series.columns).fill(0) }));
	const rest = { name: "all others", colour: REST_COLOUR, counts: new Array(series.columns).fill(0) };
	let anyRest = false;

	series.reasons.forEach((r) => {
		let layer = layers.find((l) => l.name === r.name);

		if (!layer) {
			layer = rest;
			anyRest = true;
		}
		r.counts.forEach((n, c) => { layer.counts[c] += n; });
	});
	if (anyRest)
		layers.push(rest);
	for (const l of layers)
		l.values = l.counts.map((n, c) => n / cols.length[c]);
	return layers;
}

/* Options of timeChart() for the rates of @names. */
function rateOptions(series, names, phases, more) {
	return {
		series, layers: rateLayers(series, names), phases,
		sumText: (n, time) => `${count(n)} exits, ${rate(time ? n / time : 0)} per second`,
		valueText: (v) => `${rate(v)}/s`,
		cellText: (n, time) => rate(time ? n / time : 0), cellTitle: "exits per s", ...more,
	};
}

/* Data for uPlot: column bounds as x, then the stacked sums, the top layer first. */
function stack(o, cols) {
	const visible = o.layers.filter((l) => !l.hidden);
	const sum = new Array(cols.ends.length).fill(0);
	const data = [[cols.begins[0], ...cols.ends]];
	const sums = new Map();

	for (const l of visible) {
		l.values.forEach((v, i) => { sum[i] += v; });
		sums.set(l, [...sum, sum[sum.length - 1]]);
	}
	for (const l of [...o.layers].reverse())
		data.push(sums.get(l) || new Array(data[0].length).fill(null));
	if (o.peaks)
		data.push([...o.peaks, o.peaks[o.peaks.length - 1]]);
	return data;
}

function drawBands(u, phases) {
	const { left, top, width, height } = u.bbox, ctx = u.ctx;

	ctx.save();
	ctx.beginPath();
	ctx.rect(left, top, width, height);
	ctx.clip();
	ctx.fillStyle = css("--band");
	phases.forEach((p, i) => {
		const from = u.valToPos(p.begin_s, "x", true), to = u.valToPos(p.end_s, "x", true);

		if (i % 2 === 0)
			ctx.fillRect(from, top, to - from, height);
	});
	ctx.restore();
}

function drawPhaseNames(u, phases) {
	const { left, top, width } = u.bbox, ctx = u.ctx, scale = devicePixelRatio || 1;

	ctx.save();
	ctx.font = `${12 * scale}px system-ui, sans-serif`;
	ctx.textBaseline = "top";
	ctx.textAlign = "left";
	for (const p of phases) {
		const from = Math.max(u.valToPos(p.begin_s, "x", true), left);
		const to = Math.min(u.valToPos(p.end_s, "x", true), left + width);
		const name = fitted(ctx, p.name, to - from - 8 * scale);

		if (from > left && from < left + width) {
			ctx.fillStyle = css("--line");
			ctx.fillRect(from, top, scale, u.bbox.height);
		}
		ctx.fillStyle = css("--text");
		ctx.fillText(name, from + 4 * scale, top + 4 * scale);
	}
	ctx.restore();
}

/* A text cut to @width, or nothing. */
function fitted(ctx, text, room) {
	let cut = text;

	while (cut.length > 2 && ctx.measureText(cut === text ? cut : cut + "…").width > room)
		cut = cut.slice(0, -1);
	if (cut.length <= 2 && cut !== text)
		return "";
	return cut === text ? (ctx.measureText(text).width > room ? "" : text) : cut + "…";
}

function uplotOptions(o, cols, width) {
	const axis = { stroke: () => css("--soft"), grid: { stroke: () => css("--grid"), width: 1 },
		ticks: { stroke: () => css("--grid"), width: 1 } };
	const stepped = uPlot.paths.stepped({ align: 1 });

	return {
		width, height: o.height || CHART_HEIGHT, legend: { show: false },
		cursor: { points: { show: false }, drag: { x: true, y: false }, y: false },
		scales: {
			x: { time: false, range: (u, min, max) => [min, max] },
			y: { range: () => [0, (o.yMax || 1) * HEADROOM] },
		},
		axes: [
			{ ...axis, values: (u, list) => list.map((v) => tick(v) + " s") },
			{ ...axis, size: 62, values: (u, list) => list.map(tick) },
		],
		series: [{}, ...[...o.layers].reverse().map((l) => ({
			stroke: colour(l.colour), fill: colour(l.colour), width: 0, paths: stepped,
			points: { show: false }, spanGaps: false,
		})), ...(o.peaks ? [{ stroke: () => css("--soft"), width: 1, paths: stepped, points: { show: false } }] : [])],
		hooks: {
			drawClear: [(u) => drawBands(u, o.phases)],
			draw: [(u) => drawPhaseNames(u, o.phases)],
			setScale: [(u, key) => key === "x" && o.onZoom && o.onZoom()],
			setCursor: [(u) => o.onCursor && o.onCursor(u.cursor.left < 0 ? null : u.posToVal(u.cursor.left, "x"))],
		},
	};
}

function tick(v) {
	return Number(v.toPrecision(6)).toLocaleString("en-US");
}

function highestSum(layers) {
	let most = 0;

	for (let c = 0; layers.length && c < layers[0].values.length; c++)
		most = Math.max(most, layers.reduce((s, l) => s + l.values[c], 0));
	return most;
}

/* Sum of each layer between two times, weighted by @weigh. */
function inView(o, cols, from, to) {
	const sums = o.layers.map(() => 0);
	let time = 0;

	for (let c = 0; c < cols.ends.length; c++) {
		const middle = (cols.begins[c] + cols.ends[c]) / 2;

		if (middle < from || middle > to)
			continue;
		time += cols.length[c];
		o.layers.forEach((l, i) => { sums[i] += l.values[c] * cols.length[c]; });
	}
	return { sums, time };
}

function viewText(o, cols, from, to) {
	const { sums, time } = inView(o, cols, from, to);
	const total = sums.reduce((a, b) => a + b, 0);
	const top = sums.map((n, i) => [n, o.layers[i].name]).filter(([n]) => n > 0)
		.sort((a, b) => b[0] - a[0]).slice(0, 3)
		.map(([n, name]) => `${name} ${(100 * n / total).toFixed(0)} %`);

	return `${seconds(from)} s to ${seconds(to)} s: ${o.sumText(total, time)}`
		+ (top.length ? `; most: ${top.join(", ")}.` : ".");
}

function cursorText(o, cols, at) {
	const c = cols.ends.findIndex((end) => end > at);
	const phase = phaseAt(o.phases, at);

	if (at === null || c < 0)
		return "";
	const total = o.layers.reduce((s, l) => s + l.values[c], 0);
	const top = o.layers.map((l) => [l.values[c], l.name]).filter(([v]) => v > 0)
		.sort((a, b) => b[0] - a[0]).slice(0, 3).map(([v, name]) => `${name} ${o.valueText(v)}`);

	return `At ${seconds(at)} s${phase ? ` (${phase.name})` : ""}: ${o.valueText(total)}`
		+ (top.length ? `: ${top.join(", ")}` : "");
}

/*
 * o: { series, layers, phases, title, yMax, xMax, sumText(sum, seconds),
 * valueText(value), height }. Times are those of the series.
 */
function timeChart(o) {
	const cols = columnsOf(o.series);
	const begin = cols.begins[0], end = o.xMax || cols.ends[cols.ends.length - 1];
	const host = el("div", { class: "chart", tabindex: "0", role: "group", "aria-label":
		`${o.title}. Plus and minus zoom, arrow keys move, 0 shows all. The table below has the same values.` });
	const view = el("p", { class: "view", role: "status" });
	const cursor = el("p", { class: "readout soft", "aria-hidden": "true" });
	let plot = null;

	o.yMax = o.yMax || Math.max(highestSum(o.layers), ...(o.peaks ? [o.peaks.reduce((a, b) => Math.max(a, b), 0)] : []));
	const range = () => [plot.scales.x.min, plot.scales.x.max];
	const show = (from, to) => {
		const width = Math.min(to - from, end - begin);
		const min = Math.max(begin, Math.min(from, end - width));

		plot.setScale("x", { min, max: min + width });
	};
	const zoom = (factor) => {
		const [min, max] = range(), middle = (min + max) / 2, half = (max - min) / 2 * factor;

		if (half * 2 > Math.min(...cols.length.slice(0, 50)) / 2)
			show(middle - half, middle + half);
	};
	const pan = (part) => {
		const [min, max] = range(), by = (max - min) * part;

		show(min + by, max + by);
	};
	const actions = { all: () => show(begin, end), in: () => zoom(0.5), out: () => zoom(2),
		left: () => pan(-0.25), right: () => pan(0.25) };
	const keys = { "+": "in", "=": "in", "-": "out", 0: "all", Home: "all", ArrowLeft: "left", ArrowRight: "right" };

	o.onZoom = () => {
		if (plot)
			view.textContent = viewText(o, cols, ...range());
	};
	o.onCursor = (at) => { cursor.textContent = at === null ? "" : cursorText(o, cols, at); };
	host.addEventListener("keydown", (event) => {
		if (!(event.key in keys) || event.ctrlKey || event.altKey || event.metaKey)
			return;
		actions[keys[event.key]]();
		event.preventDefault();
	});
	host.addEventListener("dblclick", (event) => {
		actions.all();
		event.stopPropagation();
	}, true);

	const redraw = () => plot.setData(stack(o, cols), false) || plot.redraw(true, true);
	const legend = el("ul", { class: "legend", "aria-label": "Layers, from the bottom; each can be hidden" },
		o.layers.map((l) => {
			const button = el("button", { type: "button", "aria-pressed": "true", onclick: () => {
				l.hidden = !l.hidden;
				button.setAttribute("aria-pressed", String(!l.hidden));
				redraw();
			} }, swatch(l.colour), l.name);

			return el("li", {}, button);
		}));
	const button = (name, text) => el("button", { type: "button", onclick: actions[name] }, text);
	const node = el("figure", {},
		el("div", { class: "controls", role: "group", "aria-label": "Zoom" },
			button("in", "Zoom in"), button("out", "Zoom out"), button("left", "← Earlier"),
			button("right", "Later →"), button("all", "Show all"),
			el("span", { class: "soft" }, "or drag across the chart; double-click shows all")),
		host, legend, view, cursor);

	function start() {
		plot = new uPlot(uplotOptions(o, cols, host.clientWidth || 600), stack(o, cols), host);
		show(begin, end);
		new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: o.height || CHART_HEIGHT })).observe(host);
		themeChanged.push(() => plot.redraw(false, true));
	}
	return { node, start, actions, range };
}

/* The chart as a table with a limited number of rows. */
function chartTable(o, caption, rows = 40) {
	const cols = columnsOf(o.series);
	const n = cols.ends.length, step = Math.max(1, Math.ceil(n / rows));
	const list = [];

	for (let from = 0; from < n; from += step) {
		const to = Math.min(from + step, n) - 1;
		const { sums, time } = inView(o, cols, cols.begins[from], cols.ends[to]);
		const total = sums.reduce((a, b) => a + b, 0);
		const most = sums.indexOf(Math.max(...sums));
		const phase = phaseAt(o.phases, (cols.begins[from] + cols.ends[to]) / 2);

		list.push([`${seconds(cols.begins[from])} to ${seconds(cols.ends[to])}`, phase ? phase.name : "-",
			o.cellText(total, time), total ? o.layers[most].name : "-"]);
	}
	return el("details", { class: "chart-table" }, el("summary", {}, caption),
		plainTable(caption, ["seconds", "phase", o.cellTitle, "most of it"], list));
}
