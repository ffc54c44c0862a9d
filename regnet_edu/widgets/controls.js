// Native form elements with labels; each returns { element, show(value, typed, state) } and reports a raw value. What is being typed is left alone until it is done.

import { tidy } from "./state.js";

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A slider with a number field. A control with `values` slides over these; the field takes any allowed number. */
function slider(control, rule, id, change) {
  const { values, factor = 1 } = control; // with a factor the reader sees, say, percent, and the state is a fraction
  const toSlider = (x) => (values ? nearestIndex(values, x) : control.log ? Math.log2(x) : x * factor);
  const fromSlider = (p) => (values ? values[p] : control.log ? settle(2 ** p, rule) : tidy(p / factor));
  const toState = (text) => (factor === 1 || String(text).trim() === "" || Number.isNaN(Number(text)) ? text : tidy(Number(text) / factor));
  const toField = (x) => Number((x * factor).toFixed(6));
  const limits = values
    ? { min: 0, max: values.length - 1, step: 1 }
    : control.log
      ? { min: Math.log2(rule.min), max: Math.log2(rule.max), step: "any" }
      : { min: toField(rule.min), max: toField(rule.max), step: control.coarse ?? rule.step ?? 1 };
  const say = (x) => String(toField(x));
  const field = make("input", {
    type: "number", id: `${id}-number`, min: toField(rule.min), max: toField(rule.max), step: rule.type === "int" ? (rule.step ?? 1) : "any",
    inputmode: "decimal", "aria-label": `${control.label}, as a number`,
    oninput: () => field.value !== "" && change(toState(field.value), { typing: true }),
    onchange: () => change(toState(field.value), { typed: true }),
  });
  const range = make("input", { type: "range", id, ...limits, oninput: () => change(fromSlider(Number(range.value)), {}) });
  if (control.log) range.addEventListener("keydown", (event) => stepLog(event, range, rule, change, () => Number(field.value)));
  const element = make("div", { class: "rni-control" }, make("label", { for: id }, control.label), field, range);
  return {
    element,
    show(value, typed = false) {
      range.value = toSlider(value);
      range.setAttribute("aria-valuetext", say(value));
      if (typed || document.activeElement !== field) field.value = toField(value);
    },
  };
}

const settle = (x, rule) => (rule.step ? rule.min + Math.round((x - rule.min) / rule.step) * rule.step : Math.round(x));

/** Arrow keys move a logarithmic slider by a tenth, at least one step. */
function stepLog(event, range, rule, change, current) {
  const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (!way) return;
  event.preventDefault();
  const now = current(), step = rule.step ?? 1;
  const by = Math.max(step, Math.round((now * 0.1) / step) * step);
  change(Math.min(rule.max, Math.max(rule.min, now + way * by)), {});
}

function nearestIndex(values, x) {
  let best = 0;
  values.forEach((v, i) => {
    if (Math.abs(v - x) < Math.abs(values[best] - x)) best = i;
  });
  return best;
}

function choice(control, rule, id, change) {
  const options = rule.choices.map((c) => make("option", { value: c }, control.names?.[c] ?? String(c)));
  const select = make("select", { id, onchange: () => change(select.value, {}) }, ...options);
  const element = make("div", { class: "rni-control rni-choice" }, make("label", { for: id }, control.label), select);
  const show = (value, typed, state) => {
    const without = control.without?.(state) ?? []; // what has no meaning now; what is chosen stays in any case
    const left = options.filter((o) => o.value === String(value) || !without.includes(o.value));
    if (left.length !== select.length || left.some((o, i) => o !== select[i])) select.replaceChildren(...left);
    select.value = String(value);
  };
  return { element, show };
}

function check(control, rule, id, change) {
  const box = make("input", { type: "checkbox", id, onchange: () => change(box.checked, {}) });
  const element = make("div", { class: "rni-control rni-check" }, box, make("label", { for: id }, control.label));
  return { element, show: (value) => (box.checked = value) };
}

/** Any number of the choices: boxes to tick. */
function several(control, rule, id, change) {
  const boxes = rule.choices.map((name, i) => make("input", { type: "checkbox", id: `${id}-${i}`, value: name, onchange: report }));
  function report() {
    change(boxes.filter((box) => box.checked).map((box) => box.value), {});
  }
  const labels = boxes.map((box, i) => make("span", { class: "rni-check" }, box, make("label", { for: box.id }, control.names?.[rule.choices[i]] ?? rule.choices[i])));
  const element = make("fieldset", { class: "rni-control rni-several" }, make("legend", {}, control.label), ...labels);
  const show = (values, typed, state) => {
    const hidden = control.without?.(state) ?? []; // what is shown anyway
    boxes.forEach((box, i) => {
      box.checked = values.includes(box.value);
      labels[i].hidden = hidden.includes(box.value);
    });
  };
  return { element, show };
}

/** A list of numbers, one field each; an empty one is 0. */
function numbers(control, rule, id, change) {
  const report = () => change(fields.map((field) => field.value || 0), { typed: true });
  const fields = control.names.map((name, i) => make("input", { type: "number", id: `${id}-${i}`, min: rule.each.min, max: rule.each.max, step: "any", inputmode: "decimal", placeholder: "–", onchange: report }));
  const labels = fields.map((field, i) => make("span", { class: "rni-amount" }, make("label", { for: field.id }, control.names[i]), field));
  const element = make("fieldset", { class: "rni-control rni-several" }, make("legend", {}, control.label), ...labels);
  const show = (values, typed) => fields.forEach((field, i) => {
    if (typed || document.activeElement !== field) field.value = values[i] || "";
  });
  return { element, show };
}

/** The button of an action; its name may be (session, state) -> name, and "" hides it. */
export function actionButton({ name, primary }, onclick) {
  const fixed = typeof name === "string", element = make("button", { type: "button", class: primary && "rni-primary", onclick }, fixed ? name : "");
  return { element, show(...now) {
    const said = fixed ? name : name(...now);
    if (element.textContent !== said) element.textContent = said;
    element.hidden = !said;
  } };
}

const KINDS = { bool: check, choice, numbers, set: several };

export const makeControl = (control, rule, id, change) => (KINDS[rule.type] ?? slider)(control, rule, id, change);
