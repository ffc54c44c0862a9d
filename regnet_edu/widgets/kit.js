// The frame around every interactive: controls, picture, summary, presets, reset, link; in a notebook and in a page.
import { actionButton, make, makeControl } from "./controls.js";
import { Ease } from "./ease.js";
import { bringToLife, redraw } from "./handles.js";
import { hand, offer, takersBeside } from "./handover.js";
import { Axes, glide, play } from "./motion.js";
import { whenNear } from "./near.js";
import { readouts } from "./readout.js";
import { Memory, PlainModel, checkState, checkValue, readHash, same, writeHash } from "./state.js";

const QUIET = 600; // milliseconds without a change before a screen reader is told

/**
 * Make an interactive from its description:
 *   name, title   words; schema   key -> { type, default, min, max, step, choices }
 *   controls      [{ key, label, shown?, ... }] in the order of focus; shown(state, data) says where one has no meaning
 *   view          (state, { width, data, frame, kept }) -> { picture, summary, table?, source?, readouts? (see readout.js) }
 *   frame?        (state, data) -> the ends of its axes, numbers by name: held during a drag, eased afterwards
 *   presets?      (data) -> [{ name, state }]
 *   actions?      [{ name, primary?, apply(state, data) -> some of the state, play?(state, data) -> steps before it (see motion.js) }]
 *   keep?         (state, data, kept) -> what the reader's device keeps of it from now on, such as a score
 *   gives?, takes?  (state, data) -> a network, and (network, state, data) -> some of the state; see handover.js
 *   drag?, step?  (handle, point or way, state, context) -> some of the state; see handles.js
 *   follow?, eases?  (key, value, state) -> what else a control changes; (before, after) -> whether view sees the way, as ease
 *   prepare?      (data, schema) -> schema, where limits depend on data
 *   begin?        (changed, memory, data) -> what goes on by itself: view gets it as `session`, an action's run(session, state) calls it, `end` ends it
 *   bare?         (state) -> whether its title, its presets and its buttons are left out
 */
export function interactive(description) {
  return { description, render: (context) => start(description, context) };
}

let instances = 0;
function start(description, { model, el, link = "" }) {
  el.classList.add("rni"); // its colours hang on this; in a page it has it already
  const data = model.get("_data") ?? {};
  const root = make("div", { class: "rni-live", role: "group", "aria-label": description.title });
  let schema;
  try {
    schema = description.prepare ? description.prepare(data, description.schema) : description.schema;
  } catch (error) {
    root.append(make("p", { class: "rni-note" }, error.message));
    el.replaceChildren(root);
    return () => root.remove();
  }
  const keys = Object.keys(schema);
  const given = Object.fromEntries(keys.filter((k) => model.get(k) !== undefined).map((k) => [k, model.get(k)]));
  const initial = checkState(schema, given);
  let { state, problems } = initial;
  const first = { ...state };
  const uid = `rni${++instances}`;

  const picture = make("div", { class: "rni-picture" });
  const summary = make("p", { class: "rni-summary", "aria-hidden": "true" });
  const spoken = make("p", { class: "rni-spoken" }); // becomes a live region once its first words are there
  const note = make("p", { class: "rni-note", role: "alert" });
  const more = make("div", { class: "rni-more" });
  const source = make("p", {});
  const sources = make("details", { class: "rni-source" }, make("summary", {}, "Source"), source);

  const controls = new Map();
  for (const control of description.controls) {
    const rule = schema[control.key];
    const report = (raw, how) => {
      const [value, problem] = checkValue(control.label, rule, raw, state[control.key], control.factor);
      if (how.typing && problem) return; // half a number is no mistake
      change({ ...description.follow?.(control.key, value, state), [control.key]: value });
      say(problem ? [problem] : []);
      if (how.typed || problem) controls.get(control.key).show(value, true, state);
    };
    const names = typeof control.names === "function" ? control.names(data) : control.names;
    controls.set(control.key, makeControl({ ...control, names, without: control.without && ((now) => control.without(now, data)) }, rule, `${uid}-${control.key}`, report));
  }
  const presets = description.presets?.(data) ?? [], acts = (description.actions ?? []).map((action) => actionButton(action, () => act(action)));
  let preset; // the one that was chosen last; it stays named as long as its values stand
  const select = make("select", { id: `${uid}-preset`, "aria-label": "Start from", onchange: () => {
    preset = presets[Number(select.value)];
    if (preset) change({ ...preset.state });
    say([]);
  } }, make("option", { value: "" }, "Start from …"), ...presets.map((p, i) => make("option", { value: i }, p.name)));
  const handed = make("span", { class: "rni-handed" });
  const bar = make("div", { class: "rni-bar" }, make("p", { class: "rni-title" }, description.title), ...buttons());
  const box = make("div", { class: "rni-controls" }, ...[...controls.values()].map((c) => c.element));
  root.append(bar, picture, box, summary, note, more, sources, spoken);
  el.replaceChildren(root);

  function buttons() {
    const result = [...(presets.length ? [select] : []), ...acts.map((a) => a.element)];
    result.push(handed, make("button", { type: "button", onclick: reset }, "Reset"));
    return link ? [...result, make("button", { type: "button", onclick: copyLink }, "Copy link")] : result;
  }

  function say(sentences) {
    problems = sentences;
    note.textContent = sentences.join(" ");
  }

  let stop = () => {}, playing = null;
  function act(action) {
    if (action.run) return action.run(session, state);
    stop();
    const done = () => change(action.apply(state, data));
    if (!action.play) return done();
    const show = (some) => {
      playing = glimpsed = some;
      request();
    };
    const cancel = play(action.play(state, data), show, done);
    stop = () => {
      cancel();
      stop = () => {};
      show(null);
    };
  }

  /** Buttons that hand the network that is shown to another interactive of the page. */
  function showTakers() {
    const takers = description.gives ? takersBeside(el) : [];
    if (handed.children.length === takers.length) return;
    handed.replaceChildren(...takers.map((taker) => make("button", { type: "button", onclick: () => hand(taker, description.gives(state, data)) }, `Open in ${taker.title}`)));
  }

  function change(some) {
    stop();
    const before = state;
    for (const [key, value] of Object.entries(some)) {
      if (same(state[key], value)) continue;
      state = { ...state, [key]: value };
      model.set(key, value);
    }
    ease.change(before, state, description.eases);
    model.save_changes();
    touched = true;
    request();
  }

  function reset() {
    change(first);
    ease.change(first, first); // at once
    say([]);
    touched = false;
  }

  // The picture follows every change at the next frame; the address and the screen reader when it is quiet.
  let frame = 0, timer = 0, touched = false, drawn = 0, said = "", glimpsed = null, view = {}, ends;
  const axes = new Axes(), ease = new Ease(), memory = new Memory(description.name), session = description.begin?.(request, memory, data);
  function request() {
    follow();
    clearTimeout(timer);
    timer = setTimeout(settle, QUIET);
  }

  function follow() {
    if (!frame) frame = requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    for (const [key, control] of controls) control.show(state[key], false, state);
    for (const a of acts) a.show(session, state);
    bar.hidden = Boolean(description.bare?.(state));
    for (const { key, shown } of description.controls) if (shown) controls.get(key).element.hidden = !shown(state, data);
    const stands = (p) => p && Object.entries(p.state).every(([k, v]) => same(state[k], v));
    select.selectedIndex = presets.indexOf(stands(preset) ? preset : presets.find(stands)) + 1;
    try {
      const width = Math.max(280, Math.floor(picture.clientWidth || 640));
      const shown = { ...state, ...glimpsed }, resized = drawn !== width, way = glimpsed ? null : ease.now();
      const [now, moving] = axes.next(description.frame?.(shown, data));
      ends = now;
      if (moving || way) follow();
      view = description.view(shown, { width, data, frame: ends, kept: memory.kept, ease: way, session });
      drawn = width;
      unread();
      if (resized || axes.held || glimpsed) redraw(picture, view.picture);
      else glide(picture, () => redraw(picture, view.picture));
      more.innerHTML = view.table ?? "";
      summary.textContent = view.summary;
      if (!glimpsed) said = view.summary;
      source.textContent = view.source ?? "";
      sources.hidden = !view.source;
    } catch (error) {
      say([`This cannot be drawn: ${error.message}`]);
    }
  }

  // What scrolls sideways must be reachable by keyboard, and have a name.
  function reach() {
    const scrolls = more.scrollWidth > more.clientWidth;
    const frame = { tabindex: "0", role: "region", "aria-label": `Numbers of interactive ${uid.slice(3)}, scroll sideways` };
    for (const [name, value] of Object.entries(frame)) scrolls ? more.setAttribute(name, value) : more.removeAttribute(name);
  }

  function settle() {
    if (spoken.textContent !== said) spoken.textContent = said;
    if (!spoken.hasAttribute("role")) requestAnimationFrame(() => spoken.setAttribute("role", "status"));
    reach();
    showTakers();
    if (touched && memory.keep(description.keep?.(state, data, memory.read()))) request();
    if (!link) return;
    const hash = writeHash(location.hash, link, touched ? state : null);
    const owned = Object.keys(readHash(location.hash, link).entries).length > 0;
    if ((touched || owned) && hash !== location.hash) history.replaceState(null, "", hash || location.pathname + location.search);
  }

  function obey() {
    const { entries, problems: unread } = readHash(location.hash, link);
    if (!Object.keys(entries).length && !unread.length) return false;
    const read = checkState(schema, entries, first);
    change(read.state);
    const found = [...unread, ...read.problems];
    say(found.length ? ["The link is damaged:", ...found] : []);
    return true;
  }

  async function copyLink() {
    touched = true;
    settle();
    try {
      await navigator.clipboard.writeText(location.href);
      say(["The link is copied; it shows what you see now."]);
    } catch {
      say([`This link shows what you see now: ${location.href}`]);
    }
  }

  function glimpse(some) {
    if (playing || some === glimpsed || (some && glimpsed && Object.keys(some).every((k) => same(some[k], glimpsed[k])))) return;
    glimpsed = some;
    request();
  }

  const fromPython = keys.map((key) => [`change:${key}`, () => {
    const value = model.get(key);
    if (same(value, state[key])) return;
    const [kept, problem] = checkValue(key, schema[key], value, state[key]);
    state = { ...state, [key]: kept };
    if (problem) say([problem]);
    request();
  }]);
  for (const [event, listener] of fromPython) model.on(event, listener);
  let taken = null; // the state that a drag counts from, so that going back undoes it
  const hold = (yes) => {
    taken = yes ? state : null;
    yes ? (axes.held = true) : axes.release();
    request();
  };
  const unread = readouts(root, picture, () => view.readouts ?? []);
  bringToLife(picture, description, schema, { now: () => [state, { width: drawn, data, frame: ends, from: taken ?? state }], change, glimpse, hold });
  const end = description.takes ? offer(el, description.title, (network) => change(description.takes(network, state, data))) : () => {};
  const size = new ResizeObserver(() => Math.floor(picture.clientWidth) !== drawn && picture.clientWidth && request());
  size.observe(picture);
  const room = new ResizeObserver(reach);
  room.observe(more);
  say(problems);
  draw();
  request();
  if (link) {
    addEventListener("hashchange", obey);
    if (obey()) el.scrollIntoView({ block: "nearest" });
  }
  return () => {
    for (const finish of [stop, end, () => session?.end()]) finish();
    size.disconnect();
    room.disconnect();
    removeEventListener("hashchange", obey);
    for (const [event, listener] of fromPython) model.off(event, listener);
    root.remove();
  };
}

/** Show an interactive in an element of a page, with no kernel. Returns its model. */
export function mount(widget, el, { state = {}, data = {}, link = "" } = {}) {
  const model = new PlainModel({ ...state, _data: data });
  try {
    widget.render({ model, el, link });
  } catch (error) {
    el.append(make("p", { class: "rni-note" }, `This interactive could not start: ${error.message}`));
  }
  return model;
}

/** Bring every interactive of the page to life, each when the reader comes near; `modules` is where their modules are. */
export function mountAll(modules) {
  const used = new Set([...document.querySelectorAll("[data-rni-alive]")].map((e) => e.dataset.rniAlive));
  for (const el of document.querySelectorAll("[data-rni]:not([data-rni-alive])")) {
    const module = modules[el.dataset.rni];
    if (!module) continue; // its script stands further down the page and calls this again
    const { state, data, link } = JSON.parse(el.querySelector(":scope > script").textContent);
    let id = link;
    for (let k = 2; used.has(id); k++) id = `${link}-${k}`;
    used.add(id);
    el.dataset.rniAlive = id;
    whenNear(el, id, () => {
      const parts = Object.fromEntries(Object.entries(data).map(([name, key]) => [name, readData(key)]));
      el.model = mount(module.widget, el, { state, data: parts, link: id });
    });
  }
}

const readData = (key) => JSON.parse(document.querySelector(`script[data-regnet="${key}"]`)?.textContent ?? "null");
