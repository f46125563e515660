// SPDX-License-Identifier: GPL-2.0-only
/*
 * Latency heat maps: time on the x axis, handler time on the y axis by powers of
 * two, colour by the logarithm of the exits in a cell. Colours are ordered by
 * lightness; few exits are close to the background colour.
 */
"use strict";

/* viridis, reversed, as in plot; the dark theme starts at a visible purple */
const HEAT_STOPS = {
	light: [[253, 231, 37], [94, 201, 98], [33, 145, 140], [59, 82, 139], [68, 1, 84]],
	dark: [[104, 84, 170], [72, 120, 180], [40, 165, 150], [94, 201, 98], [253, 231, 37]],
};
const HEAT_HEIGHT = 96;
const HEAT_LEFT = 62;	/* aligned with the chart's axis */
const HEAT_BOTTOM = 16;

function heatColour(n, most) {
	const stops = HEAT_STOPS[document.documentElement.dataset.theme];
	const at = (most > 1 ? Math.log(Math.max(n, 1)) / Math.log(most) : 1) * (stops.length - 1);
	const i = Math.min(Math.floor(at), stops.length - 2);
	const mixed = stops[i].map((a, k) => Math.round(a + (stops[i + 1][k] - a) * (at - i)));

	return `rgb(${mixed.join(",")})`;
}

function drawHeatAxes(ctx, heat, box, y) {
	const span = heat.end_s[heat.end_s.length - 1];
	const seen = [];

	ctx.font = "11px system-ui, sans-serif";
	ctx.fillStyle = css("--soft");
	ctx.strokeStyle = css("--grid");
	ctx.textAlign = "right";
	ctx.textBaseline = "middle";
	for (let decade = 1; decade < 1e12; decade *= 10) {
		const at = y(decade);

		if (at < 0 || at > box.height || seen.some((s) => Math.abs(s - at) < 12))
			continue;
		seen.push(at);
		ctx.fillText(ns(decade), HEAT_LEFT - 6, Math.min(Math.max(at, 6), box.height - 5));
		ctx.beginPath();
		ctx.moveTo(HEAT_LEFT, at);
		ctx.lineTo(HEAT_LEFT + box.width, at);
		ctx.stroke();
	}
	ctx.textBaseline = "top";
	ctx.textAlign = "left";
	ctx.fillText("0 s", HEAT_LEFT, box.height + 3);
	ctx.textAlign = "right";
	ctx.fillText(seconds(span) + " s", HEAT_LEFT + box.width, box.height + 3);
}

function drawHeat(canvas, heat, map) {
	const scale = devicePixelRatio || 1, width = canvas.clientWidth || 600;
	const box = { width: width - HEAT_LEFT - 8, height: HEAT_HEIGHT - HEAT_BOTTOM };
	const buckets = heat.bucket_ns.length - 1, cell = box.height / buckets;
	const span = heat.end_s[heat.end_s.length - 1] || 1;
	const ctx = canvas.getContext("2d");
	/* Bucket b begins at 2^(b - 1) cycles; the lowest may begin at 0. */
	const y = (t) => box.height - (Math.log2(t / heat.bucket_ns[buckets]) + buckets) * cell;

	canvas.width = width * scale;
	canvas.height = HEAT_HEIGHT * scale;
	ctx.scale(scale, scale);
	ctx.fillStyle = css("--panel");
	ctx.fillRect(HEAT_LEFT, 0, box.width, box.height);
	drawHeatAxes(ctx, heat, box, y);
	map.columns.forEach((cells, c) => {
		const from = c ? heat.end_s[c - 1] : 0;
		const x = HEAT_LEFT + from / span * box.width, w = (heat.end_s[c] - from) / span * box.width;

		for (let i = 0; i < cells.length; i += 2) {
			ctx.fillStyle = heatColour(cells[i + 1], heat.most);
			ctx.fillRect(x, box.height - (cells[i] - heat.lowest + 1) * cell, Math.max(w, 0.7), cell);
		}
	});
}

function heatText(heat, map, canvas, event) {
	const at = (event.offsetX - HEAT_LEFT) / (canvas.clientWidth - HEAT_LEFT - 8);
	const span = heat.end_s[heat.end_s.length - 1];
	const c = heat.end_s.findIndex((end) => end > at * span);
	const buckets = heat.bucket_ns.length - 1;
	const b = buckets - 1 - Math.floor(event.offsetY / ((HEAT_HEIGHT - HEAT_BOTTOM) / buckets));
	const cells = map.columns[c] || [];

	if (at < 0 || at > 1 || c < 0 || b < 0)
		return "";
	for (let i = 0; i < cells.length; i += 2)
		if (cells[i] === b + heat.lowest)
			return `${map.reason} at ${seconds(heat.end_s[c])} s, ${ns(heat.bucket_ns[b])} to `
				+ `${ns(heat.bucket_ns[b + 1])}: ${count(cells[i + 1])} exits`;
	return "";
}

function drawHeatScale(canvas, most) {
	const ctx = canvas.getContext("2d");

	for (let x = 0; x < canvas.width; x++) {
		ctx.fillStyle = heatColour(Math.pow(most, x / canvas.width), most);
		ctx.fillRect(x, 0, 1, canvas.height);
	}
}

/* Nodes, and start() to draw them once they are in the page. @describe makes a map's label. */
function heatMaps(heat, describe) {
	const readout = el("p", { class: "readout soft", "aria-hidden": "true" });
	const scale = el("canvas", { class: "scale", width: "160", height: "12", "aria-hidden": "true" });
	const maps = heat.maps.map((map) => {
		const canvas = el("canvas", { role: "img", "aria-label": describe(map) });

		canvas.addEventListener("pointermove", (event) => {
			readout.textContent = heatText(heat, map, canvas, event);
		});
		return { map, canvas, node: el("figure", { class: "heat" }, el("figcaption", {}, map.reason), canvas) };
	});
	const draw = () => {
		maps.forEach((m) => drawHeat(m.canvas, heat, m.map));
		drawHeatScale(scale, heat.most);
	};

	return {
		nodes: [el("p", { class: "soft" }, "Exits in one cell: 1 ", scale, ` ${count(heat.most)}`),
			...maps.map((m) => m.node), readout],
		start() {
			new ResizeObserver(draw).observe(maps[0].canvas);
			themeChanged.push(draw);
		},
	};
}
