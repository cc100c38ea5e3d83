// DagNet Realtime: a Destination Function for Segment. Generated from web/function by `make generate`; do not edit.
//
// Publishes a thin, redacted envelope of each event that matters straight to a provider that speaks Pusher Channels.
// Settings (all text; `dagnet-realtime function` writes their values): plan, tokenKey and providerSecret, the last two encrypted.
// docs/how-to/function.md says how to set it up, and what this way cannot promise.

// src/runtime.ts
/** Node's module, by its name and not by `globalThis`: how the runtime provides it is not
* documented.
*/
function node() {
	return crypto;
}
/** Hexadecimal HMAC-SHA256. */
function hmac(key, text) {
	return node().createHmac("sha256", key).update(text).digest("hex");
}
/** The bytes that hexadecimal digits stand for. */
function bytes(hex) {
	return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
// src/channel.ts
/** The provider's current channel, whose name only holders of the key can compute: the rules of
* `conformance/channels.json`.
*/
/** The name of the channel at `at`, milliseconds since 1970. It changes every `turn` seconds, so
* that a viewer who lost the right to watch stops receiving.
*/
function channelAt(of, at) {
	return `private-dagnet-function-${hmac(bytes(hmac(bytes(of.key), "relay: function channel")), `${of.workspace}\0${of.env}\0${Math.floor(at / (of.turn * 1e3))}`).slice(0, 40)}`;
}
// ../engine/src/matching.ts
/** The dotless i is its own fold; everything else folds by way of its capital, so that `ß` equals
* `ss` and every sigma is one.
*/
function casefold(text) {
	if (!/[^\x20-\x7e]/.test(text)) return text.toLowerCase();
	return text.split("ı").map((part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ")).join("ı");
}
var TYPE_WORDS = {
	page: "Page",
	screen: "Screen"
};
/** The names that matching tries, in order, without repeats: a `track` is its event, a `page` or
* `screen` its name, category with name, and what Segment's libraries derive from them. Other
* types have none.
*/
function candidateNames(type, event, name, category) {
	if (type === "track") return event ? [event] : [];
	const word = TYPE_WORDS[type];
	if (word === void 0) return [];
	const full = joined(name, category);
	const tries = [name, full];
	for (const part of [
		full,
		name,
		category
	]) if (part) tries.push(`Viewed ${part} ${word}`, `Viewed ${part}`);
	tries.push(`Loaded a ${word}`);
	return [...new Set(tries.filter((text) => Boolean(text)))];
}
function joined(name, category) {
	return [category, name].filter(Boolean).join(" ");
}
/** Replaces a value that looked personal; then the number of list items and of characters that
* redaction keeps.
*/
var REDACTED$1 = "[redacted]";
var MAX_LIST$1 = 20;
var MAX_TEXT$1 = 256;
/** Makes the table of a graph's `listens`. */
function createTable(listens) {
	const bindings = /* @__PURE__ */ new Map();
	const order = /* @__PURE__ */ new Map();
	for (const listen of listens) {
		const position = order.get(listen.node) ?? order.size;
		order.set(listen.node, position);
		const conditions = listen.filters.map(condition);
		for (const name of new Set(listen.names)) {
			const here = bindings.get(name);
			if (here === void 0) bindings.set(name, [{
				order: position,
				node: listen.node,
				conditions
			}]);
			else here.push({
				order: position,
				node: listen.node,
				conditions
			});
		}
	}
	const folded = /* @__PURE__ */ new Map();
	for (const name of bindings.keys()) folded.set(casefold(name), [...folded.get(casefold(name)) ?? [], name]);
	return {
		bindings,
		folded
	};
}
/** The uuids of the nodes that an event lights, in graph order, each once. Properties and traits
* are flat, keyed by the filters' paths.
*/
function match(table, names, properties, traits) {
	const lit = /* @__PURE__ */ new Map();
	for (const name of names) for (const one of table.bindings.get(name) ?? []) if (!lit.has(one.node) && one.conditions.every((each) => holds(each, ownValue(each.user ? traits : properties, each.path)))) lit.set(one.node, one.order);
	return [...lit].sort((a, b) => a[1] - b[1]).map(([node]) => node);
}
/** Whether any node listens for any of `names`, filters aside. */
function listensTo(table, names) {
	return names.some((name) => table.bindings.has(name));
}
/** The value at `path`, never one that every object has. */
function ownValue(properties, path) {
	return Object.hasOwn(properties, path) ? properties[path] : void 0;
}
/** A list's elements; a single value is a list of one. */
function elements(value) {
	return value === void 0 ? [] : typeof value === "object" && value !== null ? value : [value];
}
function condition(filter) {
	const substring = filter.operator === "contains" || filter.operator === "does not contain";
	const negative = filter.operator === "is not" || filter.operator === "does not contain" || filter.operator === "is not any of";
	const wanted = negative ? [
		...filter.values,
		REDACTED$1,
		...filter.unsure ?? []
	] : filter.values;
	return {
		path: filter.property,
		user: filter.property_type === "user",
		negative,
		substring,
		wanted: substring ? wanted.map(casefold) : wanted,
		values: substring ? filter.values.map(casefold) : filter.values,
		unkept: filter.unkept ?? ""
	};
}
/** Whether `value` (undefined if the event has none) satisfies a condition; any element of a list
* may. A value that redaction may have changed or cut satisfies no negative condition.
*/
function holds(one, value) {
	if (one.unkept !== "") return false;
	for (const item of elements(value)) {
		if (item === null) continue;
		const text = one.substring ? casefold(String(item)) : String(item);
		if (one.substring ? one.wanted.some((needle) => text.includes(needle)) : one.wanted.includes(text)) return !one.negative;
	}
	return one.negative && !wasCut(value, one.substring);
}
/** Whether redaction may have left out a part of `value`. A text counts by its characters, as the
* server does, which looks at texts of `contains` alone.
*/
function wasCut(value, substring) {
	const items = elements(value), listed = typeof value === "object" && value !== null;
	return listed && items.length >= MAX_LIST$1 || (substring || listed) && items.some((item) => typeof item === "string" && item.endsWith("…") && Array.from(item).length === MAX_TEXT$1);
}
// ../engine/src/ids.ts
/** Shapes of identifiers: message ids as they are shown, and trace tokens. */
var UUID$1 = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
var KNOWN_ID = new RegExp(`^(?:${[
	UUID$1,
	`(?:ajs|node)-next-[1-3][0-9]{12}-${UUID$1}`,
	"ajs-(?:next-)?[0-9a-f]{32}",
	`node-[0-9a-f]{32}-${UUID$1}`,
	"api-[0-9A-Za-z]{27}",
	"sch-[0-9A-Za-z]{27,32}",
	`(?:segment-)?test-message-(?:[0-9a-z]{6}|${UUID$1})`,
	`(?:delete|resent)-${UUID$1}`,
	"tap-[0-9]{1,10},[0-9]{1,10},[0-9]{1,10}"
].join("|")})$`);
var DIGITS$1 = 32;
/** `hmac` is the hexadecimal HMAC-SHA256 of a text under the channel's key. */
function shownId(id, hmac) {
	return KNOWN_ID.test(id) ? id : `derived-${hmac(id).slice(0, DIGITS$1)}`;
}
// ../engine/src/hash.ts
/** The first 64 primes give the constants: the fractions of their cube roots, and of the first
* eight square roots.
*/
var PRIMES = Array.from({ length: 312 }, (_, number) => number).filter((number) => number > 1 && !Array.from({ length: 16 }, (_, by) => by + 2).some((by) => by < number && number % by === 0));
var fraction = (root) => root * 2 ** 32 | 0;
PRIMES.map((prime) => fraction(prime ** (1 / 3)));
PRIMES.slice(0, 8).map((prime) => fraction(prime ** (1 / 2)));
/** 0 to below 1: the hash of the anonymous id's token, else of the first token, else of the message
* id.
*/
function share(event) {
	return fnv1a((event.traces.find((trace) => trace.kind === "anonymousId") ?? event.traces[0])?.token ?? event.id) / 2 ** 32;
}
/** FNV-1a, 32 bit, of the UTF-8 of `text`. */
function fnv1a(text) {
	let hash = 2166136261;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		if (unit < 128) hash = Math.imul(hash ^ unit, FNV_PRIME);
		else {
			const code = text.codePointAt(i) ?? unit;
			for (const byte of utf8(code)) hash = Math.imul(hash ^ byte, FNV_PRIME);
			if (code > 65535) i += 1;
		}
	}
	return hash >>> 0;
}
var FNV_PRIME = 16777619;
function utf8(code) {
	const tail = (shift) => 128 | code >> shift & 63;
	if (code < 128) return [code];
	if (code < 2048) return [192 | code >> 6, tail(0)];
	if (code < 65536) return [
		224 | code >> 12,
		tail(6),
		tail(0)
	];
	return [
		240 | code >> 18,
		tail(12),
		tail(6),
		tail(0)
	];
}
// ../tap/src/safely.ts
/** Error isolation: the tap must never throw into the page. */
/** Runs `act` and swallows what it throws: a broken tap must not break the page. */
function safely(act) {
	try {
		return act();
	} catch {
		return;
	}
}
// ../tap/src/read.ts
/** Copies the needed parts of an event before the page can change it. The copy is bounded, however
* large the page's own values are.
*/
var TEXTS$1 = [
	"messageId",
	"event",
	"name",
	"category",
	"userId",
	"anonymousId",
	"previousId",
	"groupId"
];
/** In the order of their worth, should they be too much. */
var PARTS = [
	"properties",
	"traits",
	"integrations",
	"context"
];
/** Keys in a path that can be kept. */
var DEPTH = 4;
/** Characters read of a text: four times what redaction keeps, so that nothing personal is cut in
* half; and of a key.
*/
var LONGEST$4 = 1024;
var LONGEST_KEY = 256;
/** Characters of an identifier or name that count. */
var LONGEST_ID = 512;
/** Scalars read of a list, and elements scanned for them. */
var MAX_LIST = 20;
var MAX_LIST_SCANNED = 1e3;
/** Values and characters read of one message. */
var VALUES = 500;
var CHARACTERS = 32768;
/** Reads a message. `calledAt` is the time of the call, if it is known better than the SDK knows
* it.
*/
function read(event, type, at, calledAt) {
	const left = [VALUES, CHARACTERS];
	const texts = Object.fromEntries(TEXTS$1.map((key) => [key, safely(() => textOf(event[key])) ?? null]));
	const parts = Object.fromEntries(PARTS.map((key) => [key, safely(() => record(event[key] ?? {}, 1, left)) ?? {}]));
	return {
		...texts,
		...parts,
		type,
		occurredAt: calledAt ?? (safely(() => Number(new Date(event.timestamp))) || at),
		at,
		weight: CHARACTERS - left[1]
	};
}
/** A text or number as text, null for anything else and for nothing. */
function textOf(value) {
	return typeof value === "string" && value.slice(0, LONGEST_ID) || (typeof value === "number" && isFinite(value) ? String(value) : null);
}
function record(value, depth, left) {
	const out = {};
	for (const key of Object.keys(value)) {
		if (left[0] <= 0 || left[1] <= 0) break;
		if (key.length > LONGEST_KEY || key === "__proto__") continue;
		left[0] -= 1;
		left[1] -= key.length;
		const copied = safely(() => copy(value[key], depth, left));
		if (copied !== void 0) out[key] = copied;
	}
	return out;
}
/** `value` as JSON would have it, as far as it can be kept; undefined if nothing can. */
function copy(value, depth, left) {
	const plain = scalar$1(value, left);
	if (plain !== void 0) return plain;
	if (Array.isArray(value)) return scalars(value, left);
	return isRecord(value) && depth < DEPTH && !("nodeType" in value || "window" in value) ? record(value, depth + 1, left) : void 0;
}
function scalars(values, left) {
	const out = [];
	for (let i = 0; i < values.length && i < MAX_LIST_SCANNED && out.length < MAX_LIST; i++) {
		const one = safely(() => scalar$1(values[i], left));
		if (one !== void 0) out.push(one);
	}
	return out.length || !values.length ? out : void 0;
}
function scalar$1(value, left) {
	if (typeof value === "string") {
		const text = value.slice(0, LONGEST$4);
		left[1] -= text.length;
		return text;
	}
	if (typeof value === "number") return isFinite(value) ? value : null;
	if (typeof value === "boolean" || value === null) return value;
	return value instanceof Date ? safely(() => value.toISOString()) ?? null : void 0;
}
function isRecord(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
// ../tap/src/identifiers.ts
/** Trace identifiers of a message, placeholders left out. */
/** Characters; a longer text is no placeholder. */
var LONGEST$3 = 128;
var SPACES = /[\0-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+/g;
var SIGNS$1 = /[!-/:-@[-`{-~]+/g;
var WRITTEN = /^(?:-1(?:\.0+)?|#?n\/a!?|\[object.*\]|\{\{.*\}\}|\$\{.*\}|<%.*%>|\{%.*%\}|%%.*%%|\*\|.*\|\*)$/;
var WORDS$2 = /^(?:(?:undefined|null|nil|none|nan)*|0+|0x0+|f{32}|infinity|true|false|unknown|unset|not(?:set|available|applicable|authenticated|loggedin)|anonymous|guest|distinctid|userid|anonymousid|id|email|objectobject)$/;
/** Whether `text`, in any case and spacing, and with any signs about it, stands for no identifier.
*/
function placeholder(text) {
	if (text.length > LONGEST$3) return false;
	const bare = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))).normalize("NFKC").toLowerCase().replace(SPACES, "");
	return WRITTEN.test(bare) || WORDS$2.test(bare.replace(SIGNS$1, ""));
}
/** Segment has no session id; its plugins and users put one here. */
var SESSION = [
	"integrations.Actions Amplitude.session_id",
	"integrations.Amplitude.session_id",
	"integrations.Amplitude.sessionId",
	"integrations.actions-optimizely-web.session_id",
	"context.sessionId",
	"context.session_id",
	"properties.session_id",
	"properties.$session_id"
];
/** The identifiers of `snapshot` by `kinds`: `userId`, `anonymousId`, `groupId`, `session`, or a
* path in the message; a path without `properties.`, `context.`, `integrations.` or `traits.` in
* front is one of a property. An `alias` gives the identifier it replaces as well. A placeholder is
* no identifier; the last argument is called for each.
*/
function identifiers(snapshot, kinds, nobody) {
	const found = [];
	const add = (kind, value) => {
		if (value && placeholder(value)) nobody?.();
		else if (value) found.push({
			kind,
			value
		});
	};
	for (const kind of kinds) if (kind === "userId" || kind === "anonymousId" || kind === "groupId") add(kind, snapshot[kind]);
	else if (kind === "session") add(kind, SESSION.map((path) => at(path, snapshot)).find((value) => value && !placeholder(value)));
	else if (kind !== "previousId") add(kind, at(kind, snapshot));
	if (kinds.includes("userId") || kinds.includes("anonymousId")) add("previousId", snapshot.previousId);
	return found;
}
/** The text at a dotted path; a key may itself contain dots. */
function at(kind, snapshot) {
	const part = /^(?:properties|context|integrations|traits)(?=\..)/.exec(kind)?.[0];
	let found = snapshot[part ?? "properties"];
	let rest = part ? kind.slice(part.length + 1) : kind;
	while (isRecord(found)) {
		if (Object.hasOwn(found, rest)) return textOf(found[rest]);
		const [first = "", ...more] = rest.split(".");
		found = more.length && Object.hasOwn(found, first) ? found[first] : void 0;
		rest = more.join(".");
	}
	return null;
}
// ../tap/src/personalWords.gen.ts
/** A name with one of these words, or of the pairs or stems below, is personal. */
var WORDS$1 = "address allergy auth authorization avatar birth certificate city condition cookie credential cvc cvv diagnosis disability dob fax firstname forename fullname gender iban identification ip lastname latitude licence license longitude mac maidenname medication nickname passcode passphrase passwd phone photo postcode procedure pwd race religion salary secret serial sex ssn street surname telephone token username veteran visa zip";
/** Two words that are personal if adjacent or written as one. */
var PAIRS$1 = "accesskey advertisingid anonymousid apikey cardnumber debitcard deviceid groupid homephone ipaddress macaddress postalcode previousid privatekey sessionid useragent userid writekey zipcode";
/** Personal anywhere in a name, even inside a longer word. */
var STEMS$1 = "email password passport ethnicity citizenship birthda creditcard socialsecurity sexualorientation";
/** `name` is personal as the first word of a name, and after one of these. */
var NAMED$1 = "billing cardholder client contact customer display family first full given guest holder last legal maiden middle nick owner patient person real recipient shipping sur traveler traveller user";
// ../tap/src/redaction.ts
/** Redaction: allow-list, denials, and detection of personal names and values. */
/** Whether any of `patterns` fits the whole of a name; `anyCase` ignores upper and lower case. */
function globs(patterns, anyCase = false) {
	const fold = (text) => Array.from(anyCase ? text.toLowerCase().toUpperCase() : text);
	const folded = patterns.map(fold);
	return (name) => {
		const characters = fold(name);
		return folded.some((pattern) => matchesGlob(pattern, characters));
	};
}
function isGlob(pattern) {
	return /[*?]/.test(pattern);
}
function matchesGlob(pattern, name) {
	let at = 0;
	/** Index after the last star, and the end of its run so far. */
	let [next, end] = [0, 0];
	for (let i = 0; i < name.length;) if (pattern[at] === "*") [next, end] = [at += 1, i];
	else if (pattern[at] === "?" || pattern[at] === name[i]) [at, i] = [at + 1, i + 1];
	else if (next) [at, i] = [next, end += 1];
	else return false;
	while (pattern[at] === "*") at += 1;
	return at === pattern.length;
}
/** Encodings inside one another that are undone. */
var ROUNDS = 5;
var ENCODED = /((?:%[\dA-Fa-f]{2})+)|&#[xX]([\dA-Fa-f]{1,6});?|&#(\d{1,7});?|\\u([\dA-Fa-f]{4})|\\x([\dA-Fa-f]{2})|&(amp|commat|period|plus|num|colon|sol|lowbar|hyphen|dash|minus|lpar|rpar|nbsp|ensp|emsp|thinsp|shy|zwnj|zwj);?/g;
var ENTITIES = {
	amp: "&",
	commat: "@",
	period: ".",
	plus: "+",
	num: "#",
	colon: ":",
	sol: "/",
	lowbar: "_",
	hyphen: "-",
	dash: "-",
	minus: "-",
	lpar: "(",
	rpar: ")",
	nbsp: " ",
	ensp: " ",
	emsp: " ",
	thinsp: " "
};
/** Controls, default-ignorable code points and combining marks. */
var UNSEEN = RegExp("[\\0-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\xad\\u0300-\\u036f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u20d0-\\u20ff\\u3164\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{e0000}-\\u{e0fff}]", "gu");
var ALIKE = [
	[/[\u02d7\u058a\u05be\u1806\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u3030]/g, "-"],
	[/[\xb7\u0589\u066b\u06d4\u2022\u2027\u2219\u22c5\u3002\u30fb]/g, "."],
	[/[\u02d6\u2795]/g, "+"],
	[/[\u2044\u2215\u29f8]/g, "/"],
	[RegExp("[\\t-\\r\\x1c-\\x1f\\x85\\xa0\\u1680\\u2028\\u2029]", "g"), " "]
];
/** Shorter than anything personal that has no digit or sign. */
var LETTERS = /^[A-Za-z][A-Za-z ,&_-]{0,14}$/;
/** What every shape has something of. */
var SUSPECT = RegExp("[\\d@%&\\\\()[{<=\\0-\\x1f\\x7f-\\uffff]|-----| [aA][tT] |earer |asic |EARER |ASIC |A(?:KIA|SIA|BIA|CCA|Iza)|SG\\.|[-_](?:ant|proj|live|test)[-_]|glpat-|xox|gh[opsru]_|ssh-");
var UUID = "[\\dA-Fa-f]{8}-(?:[\\dA-Fa-f]{4}-){3}[\\dA-Fa-f]{12}";
var ID = RegExp(`^(?:${UUID}|\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)?Z?)?)$`);
var AT = / ?[[({<] ?at ?[\])}>] ?/gi;
var POINT = / ?[[({<] ?(?:dot|period|point|punkt) ?[\])}>] ?/gi;
var SHAPES = [
	/[^ @] ?@ ?(?:[-\dA-Za-z\x80-\uffff]{1,63}\.){1,8}[A-Za-z\x80-\uffff]|[A-Za-z\x80-\uffff][\w.+-]{0,63}@(?!(?:latest|next|canary|alpha|beta|stable)(?![-\dA-Za-z\x80-\uffff]))[A-Za-z\x80-\uffff][-\dA-Za-z\x80-\uffff]/,
	/[^ ] at [-\da-z\x80-\uffff]{1,63}(?: dot [-\da-z\x80-\uffff]{2,63})+|(?:tel|sms|callto):[+\d]|(?:ssn|social security)[^\da-z]{0,3}(?:no|number|nr)?[^\da-z]{0,3}\d{9}(?!\d)|(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|authorization)=[^ &]{4,}/i,
	/^ ?\d{3} \d\d \d\d ?$/,
	/(?<![\d.])(?<![vV])(?<![vV]ersion )(?:(?:25[0-5]|2[0-4]\d|[01]?\d{1,2})\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d{1,2})(?!\d|\.\d)|(?<![\dA-Za-z:])(?:(?:[\dA-Fa-f]{1,4}:){7}[\dA-Fa-f]{1,4}|(?:[\dA-Fa-f]{1,4}:){1,6}(?::[\dA-Fa-f]{1,4}){1,6}|(?:[\dA-Fa-f]{1,4}:){2,7}:)(?![\dA-Za-z:])|(?<![\dA-Za-z:-])(?:[\dA-Fa-f]{2}[:-]){5}[\dA-Fa-f]{2}(?![\dA-Za-z:-])|(?<![\dA-Za-z.])(?:[\dA-Fa-f]{4}\.){2}[\dA-Fa-f]{4}(?![\dA-Za-z]|\.[\dA-Za-z])/,
	/(?<![A-Za-z\d])(?:eyJ[\w-]{8,}\.[\w-]{8,}|(?:[spr]k_(?:live|test)|whsec|dop_v1|dckr_pat|github_pat|npm|hf|shp(?:at|ca|pa|ss))_\w{8,}|dnr_[\da-f]{6,}|(?:sk-(?:ant|proj|or|svcacct)-|glpat-|glptt-|gl(?:dt|rt|soat)-|xox[abeprs]-|xapp-|pypi-|sq0[a-z]{3}-)[\w-]{8,}|sk-[A-Za-z\d]{20,}|gh[opsru]_[A-Za-z\d]{12,}|A(?:KIA|SIA|BIA|CCA)[A-Z\d]{12,}|AIza[\w-]{20,}|ya29\.[\w-]{8,}|SG\.[\w-]{8,}\.[\w-]{8,}|AGE-SECRET-KEY-1|(?:[Bb]earer|[Bb]asic|BEARER|BASIC) [\w.~+/=-]{12,}|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{32,})|^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=\D*\d)[\w=-]{40,}$|-----BEGIN [A-Z\d ]{1,40}-----|(?<![a-z])ssh-(?:rsa|dss|ed25519) AAAA/,
	/(?:Mozilla|AppleWebKit|Dalvik)\/\d/
];
var IBAN = /(?<![A-Za-z\d])[A-Za-z]{2}\d\d(?:[ .-]?[A-Za-z\d]){11,40}(?![A-Za-z\d])/g;
/** Base64 of ASCII: the first sign of every four is one of a third of the alphabet. */
var PACKED = /(?<![\w+/-])(?:[I-Za-f][A-Za-z\d+/_-]{3}){3,}[A-Za-z\d+/_-]{0,3}(?![\w+/-])/g;
var SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
var RUN = /\d(?:[ ().,_/|~*-]{0,3}\d){8,}/g;
var SHORT_RUN = /\d(?:[ ().,_/|~*-]{0,3}\d){7,}/g;
/** Ids, dates and times, which would lend their digits to what stands beside. */
var NO_NUMBER = RegExp(`${UUID}|(?<![\\d./-])(?:(?:19|20)\\d\\d([-/.])[01]?\\d\\1[0-3]?\\d|[0-3]?\\d([-/.])[0-3]?\\d\\2(?:19|20)\\d\\d)(?!\\d|[-/.]\\d)|(?<![\\d:])[0-2]?\\d:[0-5]\\d(?::[0-5]\\d(?:[.,]\\d+)?)?(?![\\d:])`, "g");
var PLUS = /(?<![\w+])\+[ (/.-]{0,2}$/;
/** A telephone number without any separator: North America, Russia, China. */
var BARE = /^(?:1?[2-9](?!11)[0-8]\d[2-9](?!11)\d{6}|[78]9\d{9}|1[3-9]\d{9})$/;
/** How long a card's number is, by how it begins. */
var ISSUER = /^(?:4\d{12}|3[0689]\d{12}|3[47]\d{13}|(?:2131|1800)\d{11}|(?:2[2-7]|35|[4-6]\d)\d{14}|[4-6]\d{16,18})$/;
/** Digits of a telephone's number after a plus sign, and of a card. */
var LEAST = 8;
var MOST = 19;
/** Groups of digits examined in one text; a text with more is redacted. */
var CROWD = 60;
/** Whether `text` holds something that looks personal. */
function personalText(text) {
	if (LETTERS.test(text) || !SUSPECT.test(text) || ID.test(text)) return false;
	const read = plain(text).replace(AT, "@").replace(POINT, ".");
	return read.length > 1024 || shaped(read) || (read.match(PACKED) ?? []).some((token) => shaped(unpacked(token)));
}
/** `text` decoded, with every sign in its ASCII form if it has one, as a person reads it; if that
* grows beyond `LONGEST` it comes back unfinished.
*/
function plain(text) {
	for (let round = 0; round < ROUNDS; round++) {
		const seen = text.normalize("NFKC").replace(UNSEEN, "");
		if (seen.length > 1024) return seen;
		const made = ALIKE.reduce((some, [signs, sign]) => some.replace(signs, sign), seen).replace(/(?!\d)\p{Nd}/gu, ascii).replace(ENCODED, decoded);
		if (made === text) break;
		text = made;
	}
	return text;
}
/** Whether `digits` are the number of a payment card: an issuer's beginning, its length and the
* check digit.
*/
function card(digits) {
	return ISSUER.test(digits) && Array.from(digits).reverse().reduce((sum, digit, place) => sum + Number(place % 2 ? "0246813579"[Number(digit)] : digit), 0) % 10 === 0;
}
function decoded(all, percent, hex, decimal, escape, byte, name) {
	if (percent) try {
		return decodeURIComponent(percent);
	} catch {
		return percent.replace(/%(..)/g, (_all, two) => String.fromCharCode(parseInt(two, 16)));
	}
	if (name) return ENTITIES[name] ?? "";
	const code = decimal ? Number(decimal) : parseInt(hex ?? escape ?? byte ?? "", 16);
	return code < 1114112 ? String.fromCodePoint(code) : all;
}
/** A digit of any script: those of one stand together, and begin where a code point ends in 0 or 6.
*/
function ascii(digit) {
	const code = digit.codePointAt(0) ?? 0;
	return String((code & 15) - (/\p{Nd}/u.test(String.fromCodePoint(code & -16)) ? 0 : 6));
}
function shaped(text) {
	return SHAPES.some((shape) => shape.test(text)) || (text.match(IBAN) ?? []).some(iban) || numbered(text);
}
/** The printable ASCII text that a base64 token holds, else "". */
function unpacked(token) {
	let text = "", held = 0, bits = 0;
	if (token.length % 4 === 1) return "";
	for (const sign of token) {
		held = (held << 6 | SIGNS.indexOf(sign === "-" ? "+" : sign === "_" ? "/" : sign)) & 4095;
		bits += 6;
		if (bits < 8) continue;
		bits -= 8;
		const code = held >> bits & 255;
		if (code < 32 || code > 126) return "";
		text += String.fromCharCode(code);
	}
	return text;
}
/** Whether `text` is an account number, or begins with one that ends at a separator: ISO 13616's
* check of 97.
*/
function iban(text) {
	let number = "";
	return text.split(/[ .-]/).some((part) => {
		number += part;
		return number.length >= 15 && number.length <= 34 && number.replace(/\D/g, "").length >= 8 && Array.from(number.slice(4) + number.slice(0, 4)).reduce((rest, sign) => (rest * (sign > "9" ? 100 : 10) + parseInt(sign, 36)) % 97, 0) === 1;
	});
}
/** Whether a card's or a telephone's number is in `text`: groups of digits, with signs between
* them.
*/
function numbered(text) {
	const bare = text.replace(NO_NUMBER, "x");
	const runs = [...bare.matchAll(text.includes("+") ? SHORT_RUN : RUN)].map((run) => [...run[0].matchAll(/\d+/g)].map((group) => ({
		start: run.index + group.index,
		digits: group[0]
	})));
	return runs.flat().length > CROWD || runs.some((groups) => inRun(bare, groups));
}
function inRun(text, groups) {
	return groups.some(({ start, digits: [head = ""] }, first) => {
		const before = text.slice(Math.max(start - 2, 0), start);
		const plus = PLUS.test(text.slice(Math.max(start - 4, 0), start));
		let called = plus || begins(before, head), carded = !/[.,]$/.test(before);
		const gaps = [], lengths = [];
		let digits = "", end = start;
		for (const group of groups.slice(first)) {
			if (digits) {
				const gap = text.slice(end, group.start);
				gaps.push(gap);
				called &&= /^[ ()./-]*$/.test(gap);
				carded &&= gap === gaps[0];
			}
			if (!called && !carded) return false;
			digits += group.digits;
			end = group.start + group.digits.length;
			lengths.push(group.digits.length);
			if (digits.length > MOST) return false;
			if (digits.length < LEAST) continue;
			const single = Math.max(...lengths) === 1;
			if (carded && (single || lengths.every((length, place) => length > 2 || place === lengths.length - 1)) && card(digits)) return true;
			if (called && ends(text.slice(end, end + 3)) && telephone(digits, single ? [digits.length] : lengths, single ? [] : gaps, plus)) return true;
		}
		return false;
	});
}
/** Whether a telephone's number may begin after a sign; one that has no trunk digit does not follow
* a slash or `=`.
*/
function begins(before, digits) {
	return !/[\p{L}\p{N}_.,#$€£¥-]$/u.test(before) && (!/[/=]$/.test(before) || digits.startsWith("0"));
}
function ends(after) {
	return !/^(?:[\p{L}\p{N}_%€$]|[.,/-][\p{L}\p{N}])/u.test(after);
}
/** Whether groups of digits make a telephone's number or, three, two and four, a US social security
* number.
*/
function telephone(digits, lengths, gaps, plus) {
	const count = digits.length, alone = gaps.length === 0, between = gaps.join(""), form = lengths.join("-"), last = lengths.at(-1) ?? 0;
	if (plus) return count >= 8 && count <= 15;
	if (digits.startsWith("00")) return digits[2] !== "0" && count >= (alone ? 12 : 10) && count <= 17;
	if (digits.startsWith("0")) return count >= (alone ? 10 : 9) && count <= 12 && last > 1 && (lengths[0] !== 1 || gaps[0]?.includes("(") === true);
	if (alone) return BARE.test(digits);
	if (form === "5-4") return between === "-" || between === " ";
	if (form === "3-3-4" || form === "3-2-4" || form === "1-3-3-4" && /^[178]/.test(digits)) return /^[ ().-]*$/.test(between);
	if (/^\.*$/.test(between) || Math.max(...lengths) > 5 || Math.max(...lengths) < 3 || Math.min(...lengths.slice(1)) < 2) return false;
	if (last === 2 && lengths.at(-2) !== 2 || lengths[0] === 4 && /^(?:19|20)/.test(digits)) return false;
	if (count === 9) return lengths[0] === 3 && /^[6-9]/.test(digits);
	return (count === 10 || count === 11) && lengths.slice(1).some((length) => length !== 3);
}
var WORDS = words(WORDS$1);
var PAIRS = words(PAIRS$1);
var STEMS = words(STEMS$1);
var NAMED = words(NAMED$1);
var WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
/** Whether a dotted property path has a personal name (`user.e-mail`, `billingAddress`, `ip`). */
function personalName(path) {
	const read = plain(path);
	if (read.length > 1024) return true;
	const found = (read.match(WORD) ?? []).map((word) => singular(word.toLowerCase()));
	const whole = found.join("");
	return found.some((word, place) => {
		const before = found[place - 1];
		return WORDS.has(word) || PAIRS.has(word) || PAIRS.has(`${before}${word}`) || word === "name" && (!before || NAMED.has(before));
	}) || [...STEMS].some((stem) => whole.includes(stem));
}
/** Whether a text or a number looks personal. */
function personalValue(value) {
	return typeof value === "string" ? personalText(value) : Number.isInteger(value) && card(String(value));
}
function singular(word) {
	return /(?:ss|is|us)$/.test(word) ? word : word.replace(/ies$/, "y").replace(/sses$/, "ss").replace(/([^s])s$/, "$1");
}
function words(list) {
	return new Set(list.split(" "));
}
var REDACTED = "[redacted]";
/** Characters of a path, and of a text that are kept. */
var MAX_PATH = 256;
var MAX_TEXT = 256;
/** Characters scanned for a personal shape, so that none is cut in half by the bound. */
var MAX_SCANNED = 4 * MAX_TEXT;
var MAX_PROPERTIES = 100;
/** Paths whose verdict is remembered. */
var MAX_VERDICTS = 1e3;
var SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
/** One policy's rules as a function: `allow` and `deny` are globs over paths (`*` any run of
* characters, `?` one; denial ignores case).
*/
function redaction({ allow, deny, needed }) {
	const denying = globs(deny, true);
	const allowing = globs(allow.filter(isGlob));
	const denied = (path) => denying(path) || personalName(path);
	const plain = new Set([...allow.filter((one) => !isGlob(one)), ...needed].filter((path) => !denied(path)));
	const verdicts = /* @__PURE__ */ new Map();
	const permits = (path) => {
		let verdict = verdicts.get(path);
		if (verdict === void 0) {
			verdict = plain.has(path) || path.length <= MAX_PATH && allowing(path) && !denied(path) && !personalValue(path);
			if (verdicts.size > MAX_VERDICTS) verdicts.clear();
			verdicts.set(path, verdict);
		}
		return verdict;
	};
	return (properties) => {
		const redacted = {};
		collect(properties, "", permits, redacted);
		return redacted;
	};
}
/** A text as it may be kept: a URL without query, nothing that looks personal, at most `TEXT`
* characters.
*/
function cleanText(text) {
	let seen = text.slice(0, MAX_SCANNED);
	if (/[?/]/.test(seen)) seen = reduced(seen);
	if (personalValue(seen) || text && !seen) return REDACTED;
	if (seen.length <= MAX_TEXT) return seen;
	const characters = Array.from(seen);
	return characters.length <= MAX_TEXT ? seen : `${characters.slice(0, 255).join("")}…`;
}
/** What names an event, as it may be handed on; a name and a category that are personal beside each
* other are both redacted.
*/
function cleanNames(...given) {
	const [event, name, category] = given.map((text) => text && cleanText(text));
	return name && category && personalValue(`${category} ${name}`) ? [
		event,
		REDACTED,
		REDACTED
	] : [
		event,
		name,
		category
	];
}
/** How deep records are nested, and how long lists are, was bounded when they were read. */
function collect(properties, prefix, permits, redacted) {
	for (const [key, value] of Object.entries(properties)) {
		const path = prefix + key;
		if (isRecord(value)) collect(value, `${path}.`, permits, redacted);
		else if (!Object.hasOwn(redacted, path) && permits(path) && Object.keys(redacted).length < MAX_PROPERTIES) redacted[path] = value instanceof Array ? value.map(scalar) : scalar(value);
	}
}
function scalar(value) {
	if (typeof value === "string") return cleanText(value);
	return typeof value === "number" && personalValue(value) ? REDACTED : value;
}
/** A URL without its query, fragment, user and password; any other text as it is. */
function reduced(text) {
	if (!SCHEME.test(text) && (/[ \t\r\n]/.test(text) || !(text[0] === "/" || text[0] === "?" || text.slice(text.indexOf("?") + 1 || text.length).includes("=")))) return text;
	return (/^[^?#]*/.exec(text)?.[0] ?? "").replace(/\/\/[^/@]*@/, "//");
}
// src/pseudonyms.ts
/** The server's pseudonyms without a server: the rules of `conformance/tokens.json`. */
var PERSON = /^(?:user|anonymous|previous)Id$/;
var DIGITS = "0123456789abcdefghijklmnopqrstuv";
/** Characters of a token, after its period's letter. */
var LENGTH = 12;
/** Characters of an identifier that count. */
var LONGEST$1 = 512;
/** After a change of keys both periods' tokens are given for so long, milliseconds. */
var OVERLAP = 864e5;
function pseudonyms({ workspace, env, key, rotation }) {
	const master = bytes(key);
	const length = Math.floor(rotation * 1e3);
	const keys = /* @__PURE__ */ new Map();
	const seal = (period, text) => {
		let of = keys.get(period);
		if (of === void 0) {
			of = mac(master, `dagnet-realtime token\0${workspace}\0${env}\0${period}`);
			if (keys.size > 2) keys.clear();
			keys.set(period, of);
		}
		return `${String.fromCharCode(97 + period % 26)}_${Array.from(mac(of, text).slice(0, LENGTH), (byte) => DIGITS[byte & 31]).join("")}`;
	};
	return (kind, value, at) => {
		const text = `${PERSON.test(kind) ? "person" : kind}\0${Array.from(value).slice(0, LONGEST$1).join("")}`;
		if (length <= 0) return [seal(0, text)];
		const period = Math.floor(at / length);
		return period > 0 && at - period * length < Math.min(OVERLAP, Math.floor(length / 2)) ? [seal(period, text), seal(period - 1, text)] : [seal(period, text)];
	};
}
function mac(key, text) {
	return node().createHmac("sha256", key).update(text).digest();
}
// src/times.ts
/** Times of an event, as the server reads them of a delivery: the rules of
* `conformance/times.json`.
*/
/** Two honest clocks may differ by so much, milliseconds. */
var TOLERANCE = 6e4;
/** Characters; no spelling of a time is longer. */
var LONGEST = 64;
var SHAPE = /^(\d{4,6})-(\d{1,2})-(\d{1,2})(?:[Tt ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,18}))?)?(?: ?([AaPp])\.?[Mm]\.?)?)? ?(?:[Zz]|UTC|GMT|([+-])(\d{2}):?(\d{2})?)?$/;
var NUMBER = /^\d{9,19}(?:\.\d{1,9})?$/;
/** A number is of seconds below the first, of milliseconds below the second, of microseconds below
* the third, else of nanoseconds.
*/
var UNITS = [
	[1e11, .001],
	[0x5af3107a4000, 1],
	[0x16345785d8a0000, 1e3],
	[0x8ac7230489e80000, 1e6]
];
var LATEST_YEAR = 9999;
/** Milliseconds that may lie between two stamps of one device; an unset stamp is further from a set
* one.
*/
var ONE_CALENDAR = 316224e5;
/** Milliseconds since 1970, null if `text` is not a time; times before 1970 are how Go writes an
* unset one.
*/
function parseTime(text) {
	const ms = reading(text);
	return ms !== null && ms >= 0 ? ms : null;
}
/** What `text` reads as, which a clock of another calendar may put before 1970. */
function reading(text) {
	if (typeof text === "number") return ofNumber(text);
	if (typeof text !== "string" || text.length > LONGEST) return null;
	const plain = text.trim().replace(/[\u0080-\u{10ffff}]/gu, digit);
	const found = SHAPE.exec(plain);
	if (found === null) return NUMBER.test(plain) ? ofNumber(Number(plain)) : null;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? 0));
	const [fraction = "", half = "", sign = "", zoneHours = "0", zoneMinutes = "0"] = found.slice(7);
	if (year < 1 || year > LATEST_YEAR || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > (half === "" ? 23 : 12) || minute > 59 || second > 60) return null;
	const hours = half === "" ? hour : hour % 12 + (half.toLowerCase() === "p" ? 12 : 0);
	const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -6e4 : 6e4);
	return utc(year, month - 1, day) + ((hours * 60 + minute) * 60 + Math.min(second, 59)) * 1e3 + Number(fraction.padEnd(3, "0").slice(0, 3)) - offset;
}
/** As `Date.UTC`, which moves the years up to 99 to the 1900s. */
function utc(year, month, day) {
	return (/* @__PURE__ */ new Date(0)).setUTCFullYear(year, month, day);
}
function daysOf(year, month) {
	return new Date(utc(year, month, 0)).getUTCDate();
}
/** A decimal digit of any script as its ASCII twin: in every block the zero's code ends in 0 or 6.
*/
function digit(sign) {
	const code = sign.codePointAt(0) ?? 0;
	if (!/\p{Nd}/u.test(sign)) return sign;
	const start = code - code % 16;
	return String(code - (/\p{Nd}/u.test(String.fromCodePoint(start)) ? start : start + 6));
}
/** When Segment received it, undefined if absent. */
function received(event) {
	return parseTime(event["receivedAt"]) ?? void 0;
}
/** When it happened; one without a time, or from the future, happened as it arrived. */
function occurredAt(event, now) {
	const at = parseTime(event["timestamp"]) ?? original(event) ?? received(event) ?? now;
	return at < 0 || at > now + 6e4 ? now : at;
}
/** By the sender's clock, corrected as Segment corrects it. */
function original(event) {
	return happened(event["originalTimestamp"], event["sentAt"], received(event));
}
/** When an event happened: the difference of two stamps of one clock is right in any calendar. */
function happened(own, sent, had) {
	const [at, sentAt] = [reading(own), reading(sent)];
	if (at === null) return null;
	if (had !== void 0 && sentAt !== null && (Math.min(at, sentAt) >= 0 || Math.abs(sentAt - at) <= ONE_CALENDAR)) return had - (sentAt - at);
	return at >= 0 ? at : null;
}
function ofNumber(value) {
	if (!(value >= 1e8)) return null;
	const unit = UNITS.find(([limit]) => value < limit);
	return unit === void 0 ? null : Math.floor(value / unit[1]);
}
// src/envelope.ts
/** Envelope of a Segment event: thin and redacted, or null if no one would see it. Personal data
* stops here.
*/
var TYPES = {
	track: "track",
	page: "page",
	screen: "screen",
	identify: "identify",
	group: "group",
	alias: "alias",
	delete: "delete",
	suppress: "delete",
	suppression: "delete"
};
/** Segment's Event Tester, and what Protocols calls the events it forwards violations as. */
var TESTER = "segment-test-message-";
var VIOLATION = "Violation Generated";
/** Characters read of a type. */
var LONGEST_TYPE = 100;
/** The rules of one plan as a function; raises `InvalidEventPayload` for what is no event. */
function enveloping(plan, key) {
	const redact = redaction({
		allow: plan.properties,
		deny: plan.deny,
		needed: plan.needed
	});
	const tokenOf = pseudonyms({
		workspace: plan.workspace,
		env: plan.env,
		key,
		rotation: plan.rotation
	});
	const keyOfIds = bytes(hmac(bytes(key), `dagnet-realtime message id\0${plan.workspace}\0${plan.env}`));
	const hmacOf = (text) => hmac(keyOfIds, text);
	const table = createTable(plan.listens.map((listen, index) => ({
		...listen,
		node: String(index),
		label: "",
		event_id: "",
		rule: "segment"
	})));
	const tokens = (pairs, now) => pairs.flatMap(({ kind, value }) => tokenOf(kind, value, now).map((token) => ({
		kind,
		token
	})));
	const matters = (envelope) => {
		const names = candidateNames(envelope.type, envelope.event, envelope.name, envelope.category);
		if (plan.carries === "all") return true;
		if (envelope.type === "alias" || envelope.type === "identify") return new Set(envelope.traces?.map(({ token }) => token)).size > 1;
		return plan.carries === "lit" ? match(table, names, envelope.properties ?? {}, envelope.traits ?? {}).length > 0 : listensTo(table, names);
	};
	return (event, now, repeats = /* @__PURE__ */ new Map()) => {
		const type = typeOf(event);
		if (type === null) throw new InvalidEventPayload("This is no Segment event: it has no type that Segment knows.");
		const given = event;
		const snapshot = read(given, type, now);
		if (type === "delete") {
			const gone = tokens([{
				kind: "userId",
				value: snapshot.userId ?? ""
			}, {
				kind: "anonymousId",
				value: snapshot.anonymousId ?? ""
			}].filter(({ value }) => !placeholder(value)), now);
			return gone.length > 0 ? { forget: gone.map(({ token }) => token) } : null;
		}
		const id = idOf(given, hmacOf, repeats);
		const at = occurredAt(given, now);
		const flags = flagsOf(given, snapshot, at < now - TOLERANCE, plan.test);
		const who = identifiers(snapshot, plan.trace, () => {
			if (!flags.includes("placeholder")) flags.push("placeholder");
		});
		const messageId = textOf(given["messageId"]);
		if (messageId !== null && placeholder(messageId)) flags.push("shared_id");
		const attached = snapshot.context["traits"];
		const [named, name, category] = cleanNames(snapshot.event, snapshot.name, snapshot.category);
		const envelope = full({
			id,
			type,
			event: named ?? "",
			name: name ?? "",
			category: category ?? "",
			at,
			had: now,
			received: received(given),
			traces: tokens(who, now),
			properties: redact(snapshot.properties),
			traits: {
				...isRecord(attached) ? redact(attached) : {},
				...redact(snapshot.traits)
			},
			flags
		});
		return (plan.sample >= 1 || flags.includes("test") || share({
			id,
			traces: envelope.traces ?? []
		}) < plan.sample) && matters(envelope) ? envelope : null;
	};
}
/** Without the properties that no filter reads, for an envelope that is too long for the provider.
*/
function thinner(envelope, needed) {
	const some = (properties) => Object.fromEntries(Object.entries(properties ?? {}).filter(([path]) => needed.includes(path)));
	return full({
		...envelope,
		properties: some(envelope.properties),
		traits: some(envelope.traits)
	});
}
function typeOf(event) {
	if (!isRecord(event)) return null;
	const { type } = event;
	if (typeof type === "string") return own(TYPES, type.trim().toLowerCase().slice(0, LONGEST_TYPE)) ?? null;
	return textOf(event["event"]) === null ? null : "track";
}
/** The id as it may be shown; one that is missing is a digest of the event itself, of a repeat with
* its number, so that a retry is the same.
*/
function idOf(event, hmacOf, repeats) {
	const { messageId } = event;
	return shownId((typeof messageId === "string" ? messageId : textOf(messageId) ?? "") || derived(JSON.stringify(event), repeats), hmacOf);
}
function derived(text, repeats) {
	const digest = (of) => `derived-${node().createHash("sha256").update(of).digest("hex").slice(0, 32)}`;
	const first = digest(text);
	const number = repeats.get(first) ?? 0;
	repeats.set(first, number + 1);
	return number === 0 ? first : digest(`${text}/${number}`);
}
function flagsOf(event, { context, properties }, late, test) {
	const violated = isRecord(event["context"]) ? [event["context"]["violations"], isRecord(event["context"]["protocols"]) ? event["context"]["protocols"]["violations"] : null] : [];
	const flags = [];
	if (late) flags.push("late");
	if (event["replay"] === true) flags.push("replayed");
	if (event["event"] === VIOLATION || Object.keys(context).length > 0 && violated.some((one) => Array.isArray(one) && one.length > 0)) flags.push("violation");
	if (textOf(event["messageId"])?.startsWith(TESTER) || test !== "" && Boolean(own(properties, test))) flags.push("test");
	return flags;
}
function own(of, key) {
	return Object.hasOwn(of, key) ? of[key] : void 0;
}
/** Without what says nothing: empty texts, lists and records. */
function full(envelope) {
	return Object.fromEntries(Object.entries(envelope).filter(([, value]) => typeof value === "number" || value !== void 0 && Object.keys(value).length > 0));
}
// src/plan.ts
var TEXTS = [
	"version",
	"workspace",
	"env",
	"test"
];
var NUMBERS = [
	"turn",
	"rotation",
	"sample"
];
var LISTS = [
	"trace",
	"properties",
	"deny",
	"needed"
];
/** Reads the settings; raises `ValidationError`, which discards events, if one is missing or not as
* the command wrote it.
*/
function readSettings({ plan: text, tokenKey, providerSecret }) {
	if (typeof tokenKey !== "string" || !/^(?:[0-9a-f]{2}){8,}$/.test(tokenKey)) throw wrong("tokenKey");
	if (typeof providerSecret !== "string" || providerSecret === "") throw wrong("providerSecret");
	const plan = parsed(text);
	if (plan === null) throw wrong("plan");
	return {
		plan,
		key: tokenKey,
		secret: providerSecret
	};
}
function parsed(text) {
	try {
		const read = JSON.parse(String(text));
		const { provider, listens } = read;
		return read.format === "dagnet-realtime-function/1" && TEXTS.every((key) => typeof read[key] === "string") && NUMBERS.every((key) => typeof read[key] === "number" && read[key] >= 0) && LISTS.every((key) => Array.isArray(read[key]) && read[key].every((one) => typeof one === "string")) && [
			"lit",
			"listened",
			"all"
		].includes(String(read.carries)) && Array.isArray(listens) && listens.every(({ names, filters }) => Array.isArray(names) && Array.isArray(filters)) && typeof provider === "object" && /^https?:\/\/[^/]+$/.test(provider.api) && /^\w+$/.test(provider.app) && provider.limit > 0 && provider.batch > 0 && read.turn !== 0 ? read : null;
	} catch {
		return null;
	}
}
function wrong(setting) {
	return new ValidationError(`The setting ${setting} is not as \`dagnet-realtime function\` writes it. Paste it again.`);
}
// src/publish.ts
/** A function has five seconds; if the provider has not answered by then, Segment retries. */
var PATIENCE_MS = 3500;
var TAKEN = {
	is: "taken",
	status: 200,
	why: ""
};
/** Packs pieces of JSON into as few messages as the limit allows; `around` adds what encloses them.
* A piece that is too long alone is left out.
*/
function pack(pieces, around, limit) {
	const available = limit - size(around(""));
	const messages = [];
	pieces.forEach((piece, index) => {
		if (piece === null || size(piece) > available) return;
		let last = messages.at(-1);
		if (last === void 0 || last.left < size(piece) + 1) messages.push(last = {
			pieces: [],
			indices: [],
			left: available + 1
		});
		last.pieces.push(piece);
		last.indices.push(index);
		last.left -= size(piece) + 1;
	});
	return messages.map((one) => ({
		text: around(one.pieces.join(",")),
		indices: one.indices
	}));
}
/** Publishes `messages` in as few requests as may be, side by side, since their order says nothing;
* gives each request's messages and outcome.
*/
async function publish(messages, channel, { provider }, secret, now) {
	const requests = [];
	for (let at = 0; at < messages.length; at += provider.batch) requests.push(messages.slice(at, at + provider.batch));
	return Promise.all(requests.map(async (some) => ({
		messages: some,
		outcome: await send(some, channel, provider, secret, now)
	})));
}
async function send(messages, channel, { app, key, api }, secret, now) {
	const path = `/apps/${app}/batch_events`;
	const body = JSON.stringify({ batch: messages.map(({ text }) => ({
		channel,
		name: "envelopes",
		data: text
	})) });
	const query = `auth_key=${key}&auth_timestamp=${Math.floor(now / 1e3)}&auth_version=1.0&body_md5=${node().createHash("md5").update(body).digest("hex")}`;
	const signature = hmac(secret, `POST\n${path}\n${query}`);
	let timer;
	const late = new Promise((done) => {
		timer = setTimeout(() => {
			done(null);
		}, PATIENCE_MS);
	});
	try {
		const request = fetch(`${api}${path}?${query}&auth_signature=${signature}`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body
		});
		const status = await Promise.race([request.then(statusOf), late]);
		return status === null ? {
			is: "retry",
			status: 504,
			why: "The provider did not answer in time."
		} : outcome(status);
	} catch {
		return {
			is: "retry",
			status: 503,
			why: "The provider cannot be reached."
		};
	} finally {
		clearTimeout(timer);
	}
}
/** The status as meant: soketi answers refusals with 200, and writes the status into the body. */
async function statusOf(answer) {
	if (answer.status >= 300) return answer.status;
	const text = (await answer.text()).slice(0, 1e3);
	const code = text.includes(`"error"`) ? Number(/"code":\s*(\d{3})\b/.exec(text)?.[1]) : NaN;
	return code >= 400 && code <= 599 ? code : answer.status;
}
function outcome(status) {
	if (status < 300) return TAKEN;
	if (status >= 500 || status === 408 || status === 429) return {
		is: "retry",
		status,
		why: `The provider answered ${status}.`
	};
	return {
		is: "refused",
		status,
		why: `The provider answered ${status}. ${status === 413 ? "It says that the message is too long: its limit is lower than the plan's." : status === 401 ? "Look at the setting providerSecret." : "Look at the app's key, its quota and whether it is switched on."}`
	};
}
/** Bytes of a text in UTF-8. */
function size(text) {
	let bytes = text.length;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit > 127) bytes += unit > 2047 && (unit < 55296 || unit > 57343) ? 2 : 1;
	}
	return bytes;
}
// src/main.ts
/** Handlers that Segment calls: one for each type of event, and one for a batch. */
/** The settings of the call before, and the rules that were made of them. */
var known = null;
/** Publishes events of any types; answers for each in its place. */
async function onBatch(events, settings) {
	const { read, envelop } = rules(settings);
	const { plan, key, secret } = read;
	const now = Date.now();
	const statuses = events.map(() => ({ status: 200 }));
	const repeats = /* @__PURE__ */ new Map();
	const messages = pack(events.map((event, index) => {
		try {
			const envelope = envelop(event, now, repeats);
			return toText(envelope === null || "forget" in envelope || index === 0 ? envelope : {
				...envelope,
				place: index
			}, read, statuses[index]);
		} catch (error) {
			statuses[index] = {
				status: 400,
				errormessage: error instanceof InvalidEventPayload ? error.message : "The event cannot be read."
			};
			return null;
		}
	}), (list) => `{"plan":${JSON.stringify(plan.version)},"events":[${list}]}`, plan.provider.limit);
	for (const { messages: some, outcome } of await publish(messages, channelAt({
		...plan,
		key
	}, now), plan, secret, now)) if (outcome.is !== "taken") for (const index of some.flatMap(({ indices }) => indices)) statuses[index] = {
		status: statusFor(outcome),
		errormessage: outcome.why
	};
	return statuses;
}
/** Publishes one event; raises `RetryError` if another try may help, else `ValidationError` or
* `InvalidEventPayload`.
*/
async function one(event, settings) {
	const [answer] = await onBatch([event], settings);
	if (answer === void 0 || answer.status < 300) return;
	const { status, errormessage = "" } = answer;
	if (status >= 500 || status === 429) throw new RetryError(errormessage);
	throw new (status === 422 ? ValidationError : InvalidEventPayload)(errormessage);
}
async function onTrack(event, settings) {
	await one(event, settings);
}
async function onPage(event, settings) {
	await one(event, settings);
}
async function onScreen(event, settings) {
	await one(event, settings);
}
async function onIdentify(event, settings) {
	await one(event, settings);
}
async function onGroup(event, settings) {
	await one(event, settings);
}
async function onAlias(event, settings) {
	await one(event, settings);
}
async function onDelete(event, settings) {
	await one(event, settings);
}
function rules(settings) {
	const text = JSON.stringify([
		settings.plan,
		settings.tokenKey,
		settings.providerSecret
	]);
	if (known?.text !== text) {
		const read = readSettings(settings);
		known = {
			text,
			read,
			envelop: enveloping(read.plan, read.key)
		};
	}
	return known;
}
/** The envelope as text, without properties that no filter reads if it would be too long; null,
* with the reason in `status`, if it still is.
*/
function toText(envelope, { plan }, status) {
	if (envelope === null) return null;
	const longest = plan.provider.limit - 64;
	let text = JSON.stringify(envelope);
	if (!("forget" in envelope) && text.length * 3 > longest && !isWithin(text, longest)) text = JSON.stringify(thinner(envelope, plan.needed));
	if (isWithin(text, longest)) return text;
	if (status !== void 0) Object.assign(status, {
		status: 422,
		errormessage: "What the filters read of this event is longer than the provider's limit."
	});
	return null;
}
function isWithin(text, longest) {
	return pack([text], (list) => list, longest).length === 1;
}
/** The status that makes Segment retry, or stop. */
function statusFor({ is, status }) {
	if (is === "refused") return 422;
	return status === 429 || status >= 500 ? status : 503;
}
