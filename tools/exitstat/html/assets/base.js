// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared by all parts of the page: elements, number formatting, tables that can be
 * sorted and searched, downloads, themes. Text from a recording becomes a text
 * node, never HTML.
 */
"use strict";

const facts = JSON.parse(document.getElementById("facts").textContent);
const extra = JSON.parse(document.getElementById("extra").textContent);

/* el("a", { href: "#x" }, "text", node, [node]...): null, undefined and false are skipped */
function el(name, attributes, ...children) {
	const e = document.createElement(name);

	for (const [key, value] of Object.entries(attributes || {})) {
		if (value === null || value === undefined || value === false)
			continue;
		if (key === "onclick" || key === "oninput" || key === "onchange")
			e.addEventListener(key.slice(2), value);
		else
			e.setAttribute(key, value === true ? "" : value);
	}
	e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
	return e;
}

function colour(rgb) {
	return "#" + rgb.toString(16).padStart(6, "0");
}

function swatch(rgb) {
	const e = el("span", { class: "swatch", "aria-hidden": "true" });

	e.style.background = colour(rgb);
	return e;
}

/* ---- numbers; "-": unavailable ---- */

const DIGITS = 3;

function count(n) {
	return n === null || n === undefined ? "-" :
		Math.round(n).toLocaleString("en-US");
}

function significant(x) {
	if (x === 0)
		return "0";
	if (Math.abs(x) >= 100)
		return count(x);
	return Number(x.toPrecision(DIGITS)).toString();
}

function rate(x) {
	return x === null ? "-" : significant(Math.abs(x) >= 1 ? x : Number(x.toFixed(2)));
}

function percent(x) {
	return x === null || !Number.isFinite(x) ? "-" : x.toFixed(2);
}

/* More digits for a short recording, whose samples are close together. */
const spans = [extra.recording, extra.a, extra.b].filter(Boolean).map((s) => (s.recording || s).span_s);
const timeDigits = Math.max(...spans) < 1 ? 4 : 2;

function seconds(x) {
	return x.toFixed(timeDigits);
}

function ns(x) {
	const units = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]];

	if (x === null || x === undefined)
		return "-";
	for (const [size, unit] of units)
		if (Math.abs(x) >= size)
			return Number((x / size).toPrecision(DIGITS)).toLocaleString("en-US") + " " + unit;
	return Math.round(x) + " ns";
}

/* ---- downloads ---- */

function csvField(x) {
	const text = x === null || x === undefined ? "" : String(x);

	return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function csv(rows) {
	return rows.map((row) => row.map(csvField).join(",")).join("\n") + "\n";
}

function download(name, type, text) {
	const url = URL.createObjectURL(new Blob([text], { type }));
	const a = el("a", { href: url, download: name });

	a.click();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function downloadButton(text, name, type, make) {
	return el("button", { type: "button", onclick: () => download(name, type, make()) },
		text);
}

/* ---- tables ---- */

/*
 * columns: { key, title, num, head, get(row), text(row), cell(row), part(row) }
 *	get: value to sort by; text: its text, which is searched; cell: a node to
 *	show instead; part: percent, shown as a bar
 * Returns { node, update(rows), rows() }. options: caption, columns, rows, sort
 * ("-key": descending), search (a label), foot (a function that makes cells from
 * rows), controls (nodes).
 */
function sortedTable(options) {
	const body = el("tbody"), foot = el("tfoot");
	const status = el("span", { class: "soft", role: "status" });
	const heads = new Map();
	const state = {
		rows: options.rows, words: [],
		key: (options.sort || "").replace(/^-/, "") || null,
		down: (options.sort || "").startsWith("-"),
	};

	function matches(row) {
		const text = options.columns.map((c) => plain(c, row)).join(" ").toLowerCase();

		return state.words.every((w) => text.includes(w));
	}

	function shown() {
		const column = options.columns.find((c) => c.key === state.key);
		const rows = state.rows.filter(matches);

		if (column)
			rows.sort((a, b) => order(column.get(a), column.get(b)) * (state.down ? -1 : 1));
		return rows;
	}

	function draw() {
		const rows = shown();

		body.replaceChildren(...rows.map((row) => tableRow(options.columns, row)));
		foot.replaceChildren(...(options.foot ? [el("tr", {}, options.foot(rows))] : []));
		status.textContent = rows.length === state.rows.length ?
			`${count(rows.length)} rows` :
			`${count(rows.length)} of ${count(state.rows.length)} rows`;
		for (const [key, th] of heads) {
			if (key === state.key)
				th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
			else
				th.removeAttribute("aria-sort");
		}
	}

	function sortBy(column) {
		state.down = state.key === column.key ? !state.down : !!column.num;
		state.key = column.key;
		draw();
	}

	const head = el("tr", {}, options.columns.map((c) => {
		const th = el("th", { scope: "col", class: c.num && "num" },
			el("button", { type: "button", title: c.help, onclick: () => sortBy(c) }, c.title));

		heads.set(c.key, th);
		return th;
	}));
	const search = options.search && el("input", {
		type: "search", "aria-label": options.search, placeholder: options.search,
		oninput: (event) => {
			state.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
			draw();
		},
	});
	const table = el("table", {}, el("caption", {}, options.caption),
		el("thead", {}, head), body, foot);

	draw();
	return {
		node: el("div", {},
			search && el("div", { class: "controls" }, options.controls || [], search, status),
			el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": options.caption }, table)),
		update(rows) {
			state.rows = rows;
			draw();
		},
		rows: shown,
	};
}

function order(a, b) {
	if (a === b)
		return 0;
	if (a === null || a === undefined)
		return -1;
	if (b === null || b === undefined)
		return 1;
	return typeof a === "string" ? a.localeCompare(b, "en") : a - b;
}

function plain(column, row) {
	return String(column.text ? column.text(row) : column.get(row) ?? "-");
}

function tableRow(columns, row) {
	return el("tr", {}, columns.map((c) => {
		const td = el(c.head ? "th" : "td", { scope: c.head && "row", class: c.num && "num" },
			c.cell ? c.cell(row) : plain(c, row));
		const part = c.part ? c.part(row) : null;

		if (part) {
			td.classList.add("bar");
			td.style.setProperty("--part", part);
		}
		return td;
	}));
}

/* A table that is not sorted: rows of cells; the first cell is the head. */
function plainTable(caption, titles, rows, className) {
	return el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption },
		el("table", { class: className }, el("caption", {}, caption),
			titles && el("thead", {}, el("tr", {}, titles.map((t, i) =>
				el("th", { scope: "col", class: i && "num" }, t)))),
			el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((c, i) =>
				i ? el("td", { class: className ? null : "num" }, c) :
					el("th", { scope: "row" }, c)))))));
}

/* ---- the page's frame ---- */

const sections = [];

function section(id, title, ...nodes) {
	const node = el("section", { id, "aria-labelledby": id + "-title" },
		el("h2", { id: id + "-title" }, title), nodes);

	sections.push([id, title]);
	document.getElementById("main").insertBefore(node, document.getElementById("text"));
	return node;
}

function note(text) {
	return el("p", { class: "note" }, text);
}

const themeChanged = [];

function setTheme(name) {
	const dark = matchMedia("(prefers-color-scheme: dark)").matches;

	document.documentElement.dataset.theme = name === "auto" ? (dark ? "dark" : "light") : name;
	themeChanged.forEach((f) => f());
}

function themeSwitch() {
	const select = el("select", { "aria-label": "Colours", id: "theme", onchange: () => setTheme(select.value) },
		["auto", "light", "dark"].map((name) => el("option", { value: name },
			name === "auto" ? "colours: system" : name)));

	matchMedia("(prefers-color-scheme: dark)").addEventListener("change",
		() => setTheme(select.value));
	setTheme("auto");
	/* Print in light colours, with all explanations open. */
	const opened = [];
	window.addEventListener("beforeprint", () => {
		setTheme("light");
		document.querySelectorAll("details:not([open])").forEach((d) => {
			d.open = true;
			opened.push(d);
		});
	});
	window.addEventListener("afterprint", () => {
		setTheme(select.value);
		opened.splice(0).forEach((d) => { d.open = false; });
	});
	return select;
}

function css(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function frame(title, subtitle, downloads) {
	document.getElementById("head").append(
		el("div", {}, el("h1", {}, title.replace("->", "→")), el("p", { class: "soft" }, subtitle)),
		el("div", { class: "tools" }, downloads, themeSwitch(),
			el("button", { type: "button", onclick: () => print() }, "Print")));
}

function finish() {
	sections.push(["text", "As text"]);
	document.getElementById("nav").append(el("ul", {}, sections.map(([id, title]) =>
		el("li", {}, el("a", { href: "#" + id }, title)))));
	document.getElementById("foot").append(
		el("p", {}, `Made by exitstat ${extra.version}, GPL-2.0-only. Charts by uPlot, `
			+ "© Leon Sorokin, MIT licence (its text is in the source of this page). "
			+ "This page is self-contained and loads nothing."));
	window.addEventListener("hashchange", openTarget);
	openTarget();
}

/* Open an explanation that is the target of a link. */
function openTarget() {
	const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));

	if (target && target.tagName === "DETAILS") {
		target.open = true;
		target.scrollIntoView();
	}
}

/* ---- explanations of reasons ---- */

function whyId(name) {
	return "why-" + name.replace(/[^A-Za-z0-9_-]/g, "-");
}

function reasonLink(name, rgb) {
	return [rgb === undefined ? null : swatch(rgb), el("a", { href: "#" + whyId(name) }, name)];
}

function explanation(r) {
	const avoid = [["guest", r.guest], ["VMM", r.vmm], ["host", r.host]].filter(([, text]) => text);
	const row = (title, text) => text ? [el("dt", {}, title), el("dd", {}, text)] : [];

	return el("details", { id: whyId(r.name) },
		el("summary", {}, swatch(r.colour), el("code", {}, r.name), ` ${r.meaning || ""}`),
		el("dl", {}, row("Code", `${r.code}, class ${r.class}`), row("Causes", r.causes), row("Cost", r.cost),
			avoid.map(([who, text]) => row(`Avoid in the ${who}`, text)),
			row("Manual", r.reference === "none" ? "" : r.reference)));
}
