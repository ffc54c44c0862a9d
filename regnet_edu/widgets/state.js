// The state of an interactive: checked against its schema, kept in the page's address, held without a kernel.

/**
 * Return [value, problem]; the value of the schema where `raw` cannot be used. `factor` is what the reader's unit is
 * more than the state's, such as 100 for percents: the sentence speaks the reader's.
 */
export function checkValue(key, rule, raw, fallback, factor = 1) {
  if (rule.type === "bool") {
    if (raw === true || raw === "true" || raw === "1") return [true, ""];
    if (raw === false || raw === "false" || raw === "0") return [false, ""];
    return [fallback, `${key} = ${raw} is neither true nor false; it stays ${fallback}.`];
  }
  if (rule.type === "choice") {
    const found = rule.choices.find((c) => String(c) === String(raw));
    if (found !== undefined) return [found, ""];
    return [fallback, `${key} = ${String(raw).slice(0, 30)} is none of ${rule.choices.join(", ")}; it stays ${fallback}.`];
  }
  if (rule.type === "set") {
    const wanted = Array.isArray(raw) ? raw.map(String) : String(raw).split(",").filter(Boolean);
    const unknown = wanted.find((name) => !rule.choices.includes(name));
    const kept = rule.choices.filter((name) => wanted.includes(name));
    return [kept, unknown === undefined ? "" : `${key}: ${unknown.slice(0, 30)} is none of ${rule.choices.join(", ")}; it is left out.`];
  }
  if (rule.type === "numbers") {
    const list = Array.isArray(raw) ? raw : String(raw).split(",");
    if (list.length !== rule.default.length) return [fallback, `${key} = ${String(raw).slice(0, 30)} has ${list.length} entries and needs ${rule.default.length}; it stays ${fallback.join(", ")}.`];
    const found = list.map((x, i) => checkValue(`${key}[${i}]`, rule.each, x, fallback[i]));
    return [found.map(([value]) => value), found.map(([, problem]) => problem).filter(Boolean).join(" ")];
  }
  const number = String(raw).trim() === "" ? NaN : Number(raw);
  if (!Number.isFinite(number)) return [fallback, `${key} = ${String(raw).slice(0, 30) || "nothing"} is not a number; it stays ${tidy(fallback * factor)}.`];
  const step = rule.type === "int" ? (rule.step ?? 1) : 0;
  let near = Math.min(rule.max, Math.max(rule.min, number));
  if (step) near = Math.min(rule.max, rule.min + Math.round((near - rule.min) / step) * step);
  if (near === number) return [number, ""];
  const [min, max, given, used] = [rule.min, rule.max, number, near].map((x) => tidy(x * factor));
  const what = number < rule.min || number > rule.max ? `outside ${min} to ${max}` : `not in steps of ${step} from ${min}`;
  return [near, `${key} = ${given} is ${what}; the nearest, ${used}, is used.`];
}

/** 0.037000000000000005 -> 0.037. */
export const tidy = (x) => Number(x.toPrecision(12));

/** Whether two values of a state are the same; sets are lists in the order of the schema. */
export const same = (a, b) => a === b || (Array.isArray(a) && Array.isArray(b) && a.join() === b.join());

/** Return { state, problems }: every key of the schema, from `raw` where that is valid, else from `start`. */
export function checkState(schema, raw, start = {}) {
  const state = {}, problems = [];
  for (const [key, rule] of Object.entries(schema)) {
    const fallback = start[key] ?? rule.default;
    const [value, problem] = Object.hasOwn(raw, key) ? checkValue(key, rule, raw[key], fallback) : [fallback, ""];
    state[key] = value;
    if (problem) problems.push(problem);
  }
  for (const key of Object.keys(raw)) if (!Object.hasOwn(schema, key)) problems.push(`${key.slice(0, 30)} is unknown here and left out.`);
  return { state, problems };
}

/** The entries of "#id.key=value&..." that belong to `id`. */
export function readHash(hash, id) {
  const entries = {}, problems = [];
  for (const pair of hash.replace(/^#/, "").split("&")) {
    if (!pair.startsWith(`${id}.`)) continue;
    const [key, ...value] = pair.slice(id.length + 1).split("=");
    try {
      entries[decodeURIComponent(key)] = decodeURIComponent(value.join("="));
    } catch {
      problems.push(`${pair.slice(0, 40)} cannot be read.`);
    }
  }
  return { entries, problems };
}

/** The hash with the entries of `id` replaced; null removes them. Entries of others stay, a plain anchor goes. */
export function writeHash(hash, id, state) {
  const others = hash.replace(/^#/, "").split("&").filter((p) => /^[\w-]+\.\w+=/.test(p) && !p.startsWith(`${id}.`));
  const own = Object.entries(state ?? {}).map(([key, value]) => `${id}.${key}=${encodeURIComponent(value)}`);
  const all = [...others, ...own];
  return all.length ? `#${all.join("&")}` : "";
}

/** What anywidget's model does, without a kernel. */
export class PlainModel {
  constructor(values) {
    this.values = { ...values };
    this.listeners = new Map();
  }
  get(key) {
    return this.values[key];
  }
  set(key, value) {
    if (same(this.values[key], value)) return;
    this.values[key] = value;
    for (const listener of this.listeners.get(`change:${key}`) ?? []) listener();
  }
  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }
  off(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? []).filter((l) => l !== listener));
  }
  save_changes() {}
}

/** What the reader's device keeps of one kind of interactive, where it keeps anything at all. */
export class Memory {
  constructor(name) {
    this.key = `regnet-edu.${name}`;
    this.kept = null;
    this.read();
  }
  /** What is kept now: another page may have added to it. */
  read() {
    try {
      if (!this.lone) this.kept = JSON.parse(localStorage.getItem(this.key));
    } catch {} // no storage here, or nothing that can be read
    return this.kept;
  }
  /** Keep `next` unless it is nothing or the same; returns whether it was kept. */
  keep(next) {
    if (next == null || JSON.stringify(next) === JSON.stringify(this.kept)) return false;
    this.kept = next;
    try {
      localStorage.setItem(this.key, JSON.stringify(next));
    } catch {
      this.lone = true; // it lasts as long as this page
    }
    return true;
  }
}
