"use strict";
(() => {
const report = JSON.parse(document.getElementById("report").textContent);
const byId = (id) => document.getElementById(id);
const GAP_MS = 60000;   // a longer silence begins another lane
const LANES_AT_FIRST = 12;
const ROWS_AT_ONCE = 1000;
const PRINTED_EVENTS = 500; // up to so many, the chronologies are printed, too
const SVG = "http://www.w3.org/2000/svg";

// ---- elements: texts are only ever set as texts ----

function fill(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes || {}))
		if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value);
	for (const child of children)
		if (child !== null && child !== undefined)
			element.append(child);
	return element;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// ---- times: local, with their offset ----

const two = (number) => String(number).padStart(2, "0");
const date = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
const clock = (at, digits = 3) => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}` +
	(digits ? `.${String(at.getMilliseconds()).padStart(3, "0")}` : "");
function offset(at) {
	const minutes = -at.getTimezoneOffset();
	const size = Math.abs(minutes);
	return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
const local = (ms, digits = 3) => {
	const at = new Date(ms);
	return `${date(at)} ${clock(at, digits)}${offset(at)}`;
};
const timeOf = (ms, text) => el("time", { datetime: new Date(ms).toISOString() }, text);

function duration(ms) {
	if (ms < 1000)
		return `${Math.round(ms)} ms`;
	if (ms < 120000)
		return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
	if (ms < 7200000)
		return `${Math.round(ms / 60000)} min`;
	return ms < 172800000 ? `${Math.round(ms / 3600000)} h` : `${Math.round(ms / 86400000)} days`;
}
const plural = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

// ---- the data, with numbers for times ----

const parse = (text) => (text ? Date.parse(text) : null);
const addresses = report.addresses;
for (const address of addresses) {
	for (const event of address.events)
		event.at = Date.parse(event.time);
	for (const takeover of address.takeovers) {
		takeover.start = parse(takeover.from);
		takeover.end = parse(takeover.until);
	}
}
const downs = report.daemon.down.map((down) => ({ ...down, start: parse(down.from), end: parse(down.until) }));
const first = parse(report.since) ?? parse(report.first);
const last = parse(report.until) ?? (report.since && report.source === "journal" ? parse(report.made) : parse(report.last));
const eventCount = addresses.reduce((sum, address) => sum + address.events.length, 0);
const takeovers = addresses.flatMap((address) => address.takeovers);
const TROUBLE = new Set(["conflict", "denied", "frozen", "unanswered"]);
const MARK_TROUBLE = new Set(["unconfirmed", "conflict", "denied", "failed"]);

const ENDS = {
	confirmed: "first confirmation",
	announced: "last announcement",
	self_announced: "its own announcement",
};

// The log brackets its end: by the first announcement, and by the first confirmation or the last announcement.
const isRange = ({ outage_ms: most, outage_min_ms: least }) => most - least > 100;
const outageText = (of) => (isRange(of) ? `${duration(of.outage_min_ms)} to ` : "") + duration(of.outage_ms);
const outageEnd = (of) => (isRange(of) ? `to the first announcement, or the ${ENDS[of.outage_end]}` :
	of.outage_end === "self_announced" ? `to ${ENDS.self_announced}` : `to the ${ENDS[of.outage_end]}`);

// ---- marks: a shape for each, so that no meaning is in a colour ----

const MARKS = {
	probe: { name: "probe", track: 0, shape: () => [svg("path", { d: "M-6-5H6L0 6Z" })] },
	answer: { name: "answer", track: 0, shape: () => [svg("path", { d: "M0-7L7 0L0 7L-7 0Z" })] },
	self_announced: { name: "announced itself", track: 0, shape: () => [svg("path", { d: "M-7-6V6M-3-6L7 0L-3 6Z" })] },
	question: { name: "question", track: 1, shape: () => [svg("circle", { r: 7 }),
		svg("path", { class: "sign", d: "M-2.2-1.6Q-2.2-4 0-4T2.2-1.6Q2.2 0 0 .6V1.4M0 4V4.1" })] },
	announcement: { name: "announcement", track: 2, shape: () => [svg("path", { d: "M-5-6L7 0L-5 6Z" })] },
	denied: { name: "denied", track: 2, shape: () => [svg("circle", { r: 7 }), svg("path", { d: "M-4 0H4" })] },
	failed: { name: "failed", track: 2, shape: () => [svg("path", { d: "M0-7L7 6H-7Z" }), svg("path", { d: "M0-2V2M0 4V4.1" })] },
	confirmation: { name: "confirmation", track: 3, shape: () => [svg("circle", { r: 7 }),
		svg("path", { class: "sign", d: "M-3.5 0L-1 3L3.5-3" })] },
	unconfirmed: { name: "not confirmed", track: 3, shape: () => [svg("circle", { r: 7 }), svg("path", { d: "M-3-3L3 3" })] },
	conflict: { name: "conflict", track: 3, shape: () => [svg("path", { d: "M-7-7H7V7H-7Z" }),
		svg("path", { class: "sign", d: "M-3.5-3.5L3.5 3.5M3.5-3.5L-3.5 3.5" })] },
	move: { name: "move to another port", track: 4, shape: () => [svg("path", { d: "M-7-3H6L3-6M7 3H-6L-3 6" })] },
	other: { name: "other event", track: 4, shape: () => [svg("circle", { r: 3.5 })] },
	mixed: { name: "events", track: 0, shape: () => [svg("path", { d: "M-7-7H7V7H-7Z" })] },
};
const TRACKS = ["guest", "question", "announced", "others", "state"];
const TOP = 26, PITCH = 24, STATE_Y = TOP + 4 * PITCH, AXIS_Y = STATE_Y + 38, HEIGHT = AXIS_Y + 18;
const trackY = (track) => (track === 4 ? STATE_Y - 5 : TOP + track * PITCH);

// A hatch for times without a daemon, shared by all drawings.
document.body.append(svg("svg", { id: "defs", "aria-hidden": "true" }, svg("defs", {},
	svg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
		svg("path", { class: "hatch", d: "M0 0V6" })))));

// ---- the summary ----

function tile(name, value, more, isBad) {
	byId("summary").append(el("div", { class: isBad ? "bad" : null }, el("dt", {}, name),
		el("dd", {}, value, more ? el("small", {}, ` ${more}`) : null)));
}

function drawSummary() {
	const known = takeovers.filter((takeover) => takeover.outage_ms !== null);
	const longest = known.reduce((most, takeover) => Math.max(most, takeover.outage_ms), 0);
	const conflicts = addresses.filter((address) => TROUBLE.has(address.state)).length;
	const confirmed = takeovers.filter((takeover) => takeover.confirmed_by).length;
	const downMs = downs.reduce((sum, down) => sum + ((down.end ?? last) - down.start), 0);

	tile("Addresses", addresses.length.toLocaleString("en"), plural(eventCount, "event", "events"));
	tile("Takeovers", takeovers.length.toLocaleString("en"), plural(addresses.reduce((sum, { moves }) => sum + moves, 0), "move", "moves"));
	tile("Confirmed", takeovers.length ? `${confirmed} of ${takeovers.length}` : "–");
	tile("Longest est. outage", known.length ? `${takeovers.some(isRange) ? "≤ " : ""}${duration(longest)}` : takeovers.length ? "not known" : "–");
	tile("Need attention", String(conflicts), "at the end", conflicts > 0);
	tile("garpd did not run", downs.length ? duration(downMs) : report.daemon.lines.length ? "0 s" : "not known", downs.length ? plural(downs.length, "time", "times") : null, downs.length > 0);
	const source = report.source === "journal" ? "the journal" : report.source;
	byId("period").textContent = first === null || last === null ?
		`Nothing in ${source}${first === null ? "" : ` since ${local(first, 0)}`}` :
		`${local(first, 0)} to ${local(last, 0)}, from ${source}`;
	if (report.skipped)
		byId("period").append(`; ${plural(report.skipped, "line", "lines")} skipped that are not garpd's`);
	document.title = `garpd report: ${plural(addresses.length, "address", "addresses")}${first === null ? "" : `, ${local(first, 0)}`}`;
	byId("made").textContent = `Made ${local(parse(report.made), 0)} by garpd ${report.version}. ` +
		"Times are those of this browser's time zone. The page loads nothing from any network.";
}

// ---- the table ----

function badge(state) {
	const kind = TROUBLE.has(state) ? "bad" : state === "owned" ? "good" : "";
	return el("span", { class: `badge ${kind}` }, state ?? "not known");
}

// All rows have one axis; of what lies on one pixel the weightiest is drawn.
function drawStrip(address, element) {
	const width = Math.max(element.clientWidth, 120), span = Math.max(last - first, 1);
	const x = (ms) => Math.round((ms - first) / span * (width - 2) + 1);
	const drawing = svg("svg", { class: "strip", viewBox: `0 0 ${width} 22`, role: "img",
		"aria-label": `${plural(address.events.length, "event", "events")}, the first ${local(address.events[0].at)}, the last ${local(address.events.at(-1).at)}` });
	const columns = new Map();

	for (const down of downs)
		drawing.append(svg("rect", { class: "s-down", x: x(down.start), y: 0, width: Math.max(x(down.end ?? last) - x(down.start), 2), height: 22 }));
	drawing.append(svg("path", { class: "s-axis", d: `M0 11.5H${width}` }));
	for (const event of address.events) {
		const weight = event.marks.some((mark) => MARK_TROUBLE.has(mark)) ? 3 : event.marks.includes("announcement") ? 2 : 1;
		const at = x(event.at);
		columns.set(at, Math.max(columns.get(at) ?? 0, weight));
	}
	for (const [at, weight] of columns)
		drawing.append(svg("path", weight === 3 ? { class: "s-bad", d: `M${at - 3} 8l6 6m0-6l-6 6M${at} 2V20` } :
			weight === 2 ? { class: "s-sent", d: `M${at} 4V18` } : { class: "s-event", d: `M${at} 8V15` }));
	element.replaceChildren(drawing);
}

function drawRow(address, index) {
	const outage = address.outage_ms !== null ? outageText(address) : address.takeovers.length ? "not known" : "–";
	const strip = el("td", { class: "when" });
	const row = el("tr", { id: `r-${index}` },
		el("th", { scope: "row" }, el("a", { href: `#a-${index}` }, address.address), el("small", {}, address.segment)),
		el("td", { "data-label": "Guest" }, address.guest ?? address.port ?? "not known",
			el("small", {}, address.guest && address.port ? `${address.port} ` : "", el("span", { class: "mac" }, address.mac ?? ""))),
		el("td", { "data-label": "State" }, badge(address.state)),
		el("td", { class: "number", "data-label": "Moves" }, String(address.moves)),
		el("td", { class: "number", "data-label": "Estimated outage" }, outage,
			address.outage_end ? el("small", {}, outageEnd(address)) :
				address.takeovers.length ? null : el("small", {}, "not announced")),
		el("td", { "data-label": "Confirmed by" }, address.confirmed_by ?? "–"), strip);
	row.words = [address.address, address.segment, address.guest, address.port, address.mac, address.state, address.confirmed_by]
		.filter(Boolean).join(" ").toLowerCase();
	lazily(strip, () => drawStrip(address, strip));
	return row;
}

function drawTable() {
	byId("table").hidden = addresses.length === 0;
	byId("empty").hidden = addresses.length > 0;
	byId("story").hidden = addresses.length === 0;
	byId("filter").hidden = addresses.length < 2;
	if (!addresses.length)
		return;
	byId("axis").textContent = date(new Date(first)) === date(new Date(last)) ?
		`${clock(new Date(first), 0)} – ${clock(new Date(last), 0)}` : `${date(new Date(first))} – ${date(new Date(last))}`;
	byId("table").tBodies[0].append(...addresses.map(drawRow));
}

function filterRows() {
	const word = byId("filter").querySelector("input").value.trim().toLowerCase();
	let shown = 0;

	addresses.forEach((address, index) => {
		const row = byId(`r-${index}`), matches = row.words.includes(word);
		row.hidden = !matches;
		byId(`a-${index}`).hidden = !matches;
		shown += matches;
	});
	byId("filtered").textContent = word ? `${shown} of ${addresses.length}` : "";
}

// ---- lanes ----

// Events without a long silence between them.
function episodesOf(address) {
	const episodes = [];
	for (const event of address.events) {
		const episode = episodes.at(-1);
		if (episode && event.at - episode.at(-1).at <= GAP_MS)
			episode.push(event);
		else
			episodes.push([event]);
	}
	return episodes;
}

function sentence(events, kind) {
	if (events.length === 1)
		return `${clock(new Date(events[0].at))} ${events[0].text}`;
	return `${plural(events.length, MARKS[kind].name, kind === "mixed" ? "events" : `× ${MARKS[kind].name}`)}, ` +
		`${clock(new Date(events[0].at))} to ${clock(new Date(events.at(-1).at))}: ${events[0].text}`;
}

// Marks of a track that would cover each other: alike ones become one, others stand side by side.
function placeMarks(events, x) {
	const tracks = TRACKS.map(() => []);

	for (const event of events)
		for (const kind of event.marks) {
			const track = tracks[MARKS[kind]?.track ?? 4], before = track.at(-1), at = x(event.at);
			if (!before || at - before.x >= 16)
				track.push({ kind, at, x: at, events: [event] });
			else if (before.kind === kind || before.x - before.at > 32) {
				before.kind = before.kind === kind ? kind : "mixed";
				before.events.push(event);
			} else
				track.push({ kind, at, x: before.x + 16, events: [event] });
		}
	return tracks;
}

function drawMark(mark, y) {
	const text = sentence(mark.events, mark.kind);
	const group = svg("g", { class: `mark m-${mark.kind}`, transform: `translate(${mark.x.toFixed(1)} ${y})`, tabindex: -1,
		role: "img", "aria-label": text }, svg("circle", { class: "hit", r: 11 }), ...(MARKS[mark.kind] ?? MARKS.other).shape());

	if (mark.events.length > 1)
		group.append(svg("text", { class: "count halo", x: 7, y: -4 }, `×${mark.events.length}`));
	group.mark = mark;
	return group;
}

function drawStates(drawing, events, x, end) {
	for (let i = 0; i < events.length;) {
		let next = i + 1;
		while (next < events.length && events[next].state === events[i].state)
			next++;
		const state = events[i].state, from = x(events[i].at), to = next < events.length ? x(events[next].at) : end;
		const width = Math.max(to - from, 1);
		if (state && state !== "none") {
			drawing.append(svg("rect", { class: `state ${state}`, x: from.toFixed(1), y: STATE_Y - 5, width: width.toFixed(1), height: 18, rx: 2 }));
			const name = state === "probing" ? "probing: window open" : state;
			const indent = events[i].marks.some((mark) => MARKS[mark]?.track === 4) ? 14 : 6;
			const label = [name, state].find((text) => width > text.length * 6.2 + indent + 4);
			if (label)
				drawing.append(svg("text", { x: (from + indent).toFixed(1), y: STATE_Y + 8 }, label));
		}
		i = next;
	}
}

function drawOutage(drawing, address, events, x) {
	for (const takeover of address.takeovers) {
		if (takeover.outage_ms === null || takeover.end < events[0].at || takeover.start > events.at(-1).at)
			continue;
		const from = x(takeover.start), to = Math.max(x(takeover.end), from + 3), y = STATE_Y + 22;
		const text = `estimated outage ${outageText(takeover)}`, size = text.length * 5.7 + 10;
		const place = to - from > size ? { x: (from + to) / 2, "text-anchor": "middle" } :
			to + size < x.right ? { x: to + 6 } : { x: from - 6, "text-anchor": "end" };
		const sure = x(takeover.start + takeover.outage_min_ms);
		drawing.append(svg("path", { class: "outage", d: `M${from} ${y - 4}v8m0-4H${sure}M${to} ${y - 4}v8` }),
			svg("path", { class: "outage perhaps", d: `M${sure} ${y}H${to}` }));
		if (to - from > size)
			drawing.append(svg("rect", { class: "plate", x: place.x - size / 2, y: y - 7, width: size, height: 14 }));
		drawing.append(
			svg("text", { class: "halo", y: y + 4, ...place }, text));
	}
}

function drawDowns(drawing, events, x, left, right) {
	for (const down of downs) {
		const from = Math.max(x(down.start), left), to = Math.min(x(down.end ?? Infinity), right);
		if (to <= left || from >= right)
			continue;
		drawing.append(svg("rect", { class: "down", x: from, y: 2, width: Math.max(to - from, 2), height: AXIS_Y - 2 }));
		if (to - from > 105)
			drawing.append(svg("text", { class: "halo", x: from + 4, y: 13 }, "garpd did not run"));
	}
}

// Steps of 1, 2, 5 with their power of ten, of minutes in 60ths.
function tickStep(span, count) {
	const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000,
		1800000, 3600000, 7200000, 10800000, 21600000, 43200000, 86400000];
	return steps.find((step) => span / step <= count) ?? 86400000 * Math.ceil(span / count / 86400000);
}

function drawAxis(drawing, start, end, x, left, right) {
	const step = tickStep(end - start, (right - left) / 90);

	drawing.append(svg("path", { class: "track", d: `M${left} ${AXIS_Y}H${right}` }));
	for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
		drawing.append(svg("path", { class: "tick", d: `M${x(at).toFixed(1)} 2V${AXIS_Y + 3}` }));
		drawing.append(svg("text", { class: "dim", x: x(at).toFixed(1), y: AXIS_Y + 14, "text-anchor": "middle" },
			clock(new Date(at), step < 1000 ? 3 : 0)));
	}
}

function drawLane(address, events, element) {
	const width = Math.max(element.clientWidth || 700, 300), left = width < 560 ? 66 : 84, right = width - 12;
	const span = events.at(-1).at - events[0].at, pad = Math.max(span * 0.05, 250);
	const start = events[0].at - pad, end = events.at(-1).at + pad;
	const x = (ms) => left + (ms - start) / (end - start) * (right - left);
	const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "group",
		"aria-label": `${address.address} from ${local(events[0].at)}, ${plural(events.length, "event", "events")}. The arrow keys go from mark to mark.` });
	const marks = [];

	x.right = right;
	drawDowns(drawing, events, x, left, right);
	drawAxis(drawing, start, end, x, left, right);
	TRACKS.forEach((name, track) => {
		drawing.append(svg("text", { class: "dim", x: 0, y: track < 4 ? trackY(track) + 4 : STATE_Y + 8 }, name));
		if (track < 4)
			drawing.append(svg("path", { class: "track", d: `M${left} ${trackY(track)}H${right}` }));
	});
	drawStates(drawing, events, x, right);
	drawOutage(drawing, address, events, x);
	placeMarks(events, x).forEach((track, number) => track.forEach((mark) => {
		if (mark.x !== mark.at)
			drawing.append(svg("path", { class: "leader", d: `M${mark.at.toFixed(1)} ${trackY(number) - 9}L${mark.x.toFixed(1)} ${trackY(number)}` }));
		marks.push(drawMark(mark, trackY(number)));
	}));
	marks.sort((a, b) => a.mark.events[0].at - b.mark.events[0].at);
	marks[0]?.setAttribute("tabindex", 0);
	drawing.append(...marks);
	element.replaceChildren(el("h4", {}, timeOf(events[0].at, local(events[0].at)),
		span ? `, ${duration(span)}` : ""), drawing);
}

function addLane(address, events, before) {
	const lane = el("div", { class: "lane" });
	before.before(lane);
	lazily(lane, () => drawLane(address, events, lane));
}

// ---- the chronology of an address ----

function drawRows(body, events, from, button) {
	const rows = events.slice(from, from + ROWS_AT_ONCE).map((event) =>
		el("tr", { class: event.marks.some((mark) => MARK_TROUBLE.has(mark)) ? "bad" : null },
			el("td", {}, timeOf(event.at, local(event.at))),
			el("td", {}, event.marks.map((mark) => (MARKS[mark] ?? MARKS.other).name).join(", ")),
			el("td", {}, event.text ?? "")));
	body.append(...rows);
	button.hidden = from + ROWS_AT_ONCE >= events.length;
	button.textContent = `Show the next ${Math.min(ROWS_AT_ONCE, events.length - from - ROWS_AT_ONCE).toLocaleString("en")}`;
	button.onclick = () => drawRows(body, events, from + ROWS_AT_ONCE, button);
}

function chronology(details, events, headers) {
	details.addEventListener("toggle", () => details.fillIn(), { once: true });
	details.fillIn = () => {
		const body = el("tbody", {}), button = el("button", { type: "button" });
		if (details.querySelector("table"))
			return;
		details.append(el("table", {}, el("thead", {}, el("tr", {}, ...headers.map((name) => el("th", { scope: "col" }, name)))), body), button);
		drawRows(body, events, 0, button);
	};
	return details;
}

// ---- the section of an address ----

function takeoverText(takeover) {
	const guest = takeover.guest ? `${takeover.guest}, ` : "";
	const how = takeover.moved ? `moved from ${takeover.former_mac} on ${takeover.former_port}` :
		takeover.former_mac && takeover.former_mac === takeover.mac ? "it had the address before" :
		takeover.had_owner ? "had another owner before" : "no former owner in the log";
	const outage = takeover.outage_ms === null ? "estimated outage not known: its first probe is not in the log" :
		`estimated outage ${outageText(takeover)}, ${outageEnd(takeover)}`;
	return [`${guest}${takeover.mac} on ${takeover.port}: ${how}; `, el("b", {}, outage),
		takeover.confirmed_by ? `, by ${takeover.confirmed_by}` : ""];
}

function drawSection(address, index) {
	const episodes = episodesOf(address), more = el("button", { type: "button", hidden: true });
	const section = el("section", { class: "address", id: `a-${index}`, "aria-labelledby": `h-${index}`, tabindex: -1 },
		el("a", { class: "up", href: `#r-${index}`, "aria-label": `Back to ${address.address} in the table` }, "To the table"),
		el("h3", { id: `h-${index}` }, `${address.address} on ${address.segment} `, badge(address.state)));

	for (const takeover of address.takeovers.slice(-3)) {
		const at = takeover.start ?? takeover.end;
		section.append(el("p", { class: "facts" }, timeOf(at, date(new Date(first)) === date(new Date(last)) ? clock(new Date(at)) : local(at)),
			" ", ...takeoverText(takeover)));
	}
	if (address.takeovers.length > 3)
		section.append(el("p", { class: "facts" }, `and ${plural(address.takeovers.length - 3, "takeover", "takeovers")} before`));
	section.append(more);
	const details = chronology(el("details", {}, el("summary", {}, `${plural(address.events.length, "event", "events")} as text`)),
		address.events, ["Time", "What", "Sentence"]);
	section.append(details);
	let shown = 0;
	const showMore = () => {
		const batch = episodes.slice(Math.max(episodes.length - shown - LANES_AT_FIRST, 0), episodes.length - shown);
		const before = section.querySelector(".lane") ?? details;
		for (const events of batch)
			addLane(address, events, before);
		shown += batch.length;
		more.hidden = shown >= episodes.length;
		more.textContent = `Show ${Math.min(LANES_AT_FIRST, episodes.length - shown)} earlier lanes of ${episodes.length - shown}`;
	};
	more.onclick = showMore;
	// Lanes are drawn only near the window: 500 addresses have thousands.
	lazily(section, showMore);
	return section;
}

function drawLegend() {
	for (const [kind, { name, shape }] of Object.entries(MARKS))
		if (kind !== "mixed")
			byId("legend").append(el("span", {}, svg("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" },
				svg("g", { class: `mark m-${kind}` }, ...shape())), name));
	byId("legend").append(el("span", {}, svg("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" },
		svg("rect", { class: "down", x: -8, y: -8, width: 16, height: 16 })), "garpd did not run"));
}

// ---- the daemon ----

const HOW = { stopped: "stopped", died: "died", null: "killed, at the earliest" };

function drawDaemon() {
	const lines = report.daemon.lines.map((line) => ({ ...line, at: Date.parse(line.time),
		marks: line.level === "info" ? ["other"] : ["failed"] }));

	if (!downs.length)
		byId("down").append(el("p", { class: "dim" }, lines.length ?
			"No stop and no restart in this period." : "Its own lines are not in this report."));
	else
		byId("down").append(el("table", { class: "downs" }, el("thead", {}, el("tr", {},
			...["It did not run from", "", "until", "for"].map((name) => (name ? el("th", { scope: "col" }, name) : el("td", {}))))),
		el("tbody", {}, ...downs.map((down) => el("tr", {}, el("td", {}, timeOf(down.start, local(down.start))),
			el("td", {}, HOW[down.how]),
			el("td", {}, down.end ? timeOf(down.end, local(down.end)) : "the end of the report"),
			el("td", {}, duration((down.end ?? last) - down.start)))))));
	byId("log").hidden = !lines.length;
	byId("log").querySelector("summary").textContent = `${plural(lines.length, "line", "lines")} of its log about itself`;
	chronology(byId("log"), lines, ["Time", "What", "Line"]);
}

// ---- drawn when it comes near the window ----

const waiting = new Map();
const observer = new IntersectionObserver((entries) => {
	for (const entry of entries)
		if (entry.isIntersecting)
			drawNow(entry.target);
}, { rootMargin: "400px" });
const drawn = new Map();

function lazily(element, draw) {
	waiting.set(element, draw);
	observer.observe(element);
}

function drawNow(element) {
	const draw = waiting.get(element);
	if (!draw)
		return;
	waiting.delete(element);
	observer.unobserve(element);
	draw();
	if (!element.classList.contains("address"))
		drawn.set(element, draw);
}

let width = 0;
new ResizeObserver(() => {
	const now = byId("lanes").clientWidth || byId("table").clientWidth;
	if (now && width && now !== width)
		for (const draw of drawn.values())
			draw();
	width = now || width;
}).observe(document.body);

addEventListener("beforeprint", () => {
	while (waiting.size)
		for (const element of [...waiting.keys()])
			drawNow(element);
	if (eventCount <= PRINTED_EVENTS)
		for (const details of document.querySelectorAll(".address > details")) {
			details.fillIn();
			details.open = true;
		}
});

// ---- the sentence of a mark, by pointer or keyboard ----

const tip = byId("tip");

function showTip(group) {
	const { events, kind } = group.mark, box = group.getBoundingClientRect();
	const shown = events.slice(0, 6);

	tip.replaceChildren(...shown.map((event) => el("p", {}, timeOf(event.at, local(event.at)), ` ${event.text}`)),
		...(events.length > shown.length ? [el("p", {}, `and ${plural(events.length - shown.length, "more", "more")}`)] : []));
	tip.hidden = false;
	const left = Math.min(Math.max(box.left + box.width / 2 - tip.offsetWidth / 2, 8), document.documentElement.clientWidth - tip.offsetWidth - 8);
	const above = box.top - tip.offsetHeight - 8;
	tip.style.left = `${left + scrollX}px`;
	tip.style.top = `${(above > 0 ? above : box.bottom + 8) + scrollY}px`;
}
const hideTip = () => { tip.hidden = true; };
const markOf = (event) => event.target.closest?.(".lane .mark");

byId("lanes").addEventListener("pointerover", (event) => { if (markOf(event)) showTip(markOf(event)); });
byId("lanes").addEventListener("pointerout", (event) => {
	const focused = document.activeElement?.closest?.(".lane .mark");
	if (markOf(event))
		focused && focused.matches(":focus-visible") ? showTip(focused) : hideTip();
});
byId("lanes").addEventListener("focusin", (event) => { if (markOf(event)) showTip(markOf(event)); });
byId("lanes").addEventListener("focusout", hideTip);
byId("lanes").addEventListener("keydown", (event) => {
	const mark = markOf(event);
	if (event.key === "Escape")
		hideTip();
	if (!mark)
		return;
	const marks = [...mark.parentNode.querySelectorAll(".mark")], place = marks.indexOf(mark);
	const to = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, Home: 0, End: marks.length - 1 }[event.key];
	if (to === undefined)
		return;
	event.preventDefault();
	if (!marks[to])
		return;
	mark.setAttribute("tabindex", -1);
	marks[to].setAttribute("tabindex", 0);
	marks[to].focus();
});

// ---- the whole ----

drawSummary();
drawTable();
if (addresses.length) {
	drawLegend();
	byId("lanes").append(...addresses.map(drawSection));
}
drawDaemon();
byId("filter").querySelector("input").addEventListener("input", filterRows);
if (location.hash)
	document.getElementById(location.hash.slice(1))?.scrollIntoView();
document.documentElement.dataset.drawn = "yes";
})();
