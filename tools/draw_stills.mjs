// Draw the still pictures of the interactives that need no recorded data, and of the workbench: node tools/draw_stills.mjs
// With --check nothing is written; the names of stills that are out of date are printed instead.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const WIDTH = 640;
const same = (value) => Array(4).fill(value);
// The states in which the book starts them, by what differs from the default, in the order of the schema.
const SHOWN = [
  ["block_explorer", {}],
  ["block_explorer", { width_in: 64, width: 48, bottleneck_ratio: 4, stride: 1, resolution: 28 }],
  ["block_explorer", { block: "R", width_in: 64, width: 64, stride: 1, resolution: 8 }],
  ["block_explorer", { block: "Y", width_in: 64, width: 64, stride: 1, resolution: 28 }],
  ["complexity_calculator", {}],
  ["complexity_calculator", { subject: "RegNetX-4.0GF" }],
  ["regnet_explorer", {}],
  ["regnet_explorer", { brief: true }],
  ["regnet_explorer", { depth: 23, w0: 80, wa: 49.56, wm: 2.88, group_width: 120 }],
  ["population_lab", {}],
  ["space_workbench", {}],
  ["space_workbench", { against: "AnyNetXB", depths: [4, 4, 3, 4], widths: [48, 336, 32, 104], bottleneck_ratios: [1, 4, 4, 2], group_widths: [16, 16, 1, 32] }],
  ["space_workbench", { space: "AnyNetXB", against: "AnyNetXC", depths: [8, 3, 5, 4], widths: [144, 16, 288, 96], bottleneck_ratios: same(4), group_widths: [16, 8, 4, 2] }],
  ["space_workbench", { space: "AnyNetXC", against: "AnyNetXD", depths: [2, 6, 3, 12], widths: [360, 8, 8, 32], bottleneck_ratios: same(4), group_widths: same(4) }],
  ["space_workbench", { space: "AnyNetXD", against: "AnyNetXE", depths: [14, 2, 8, 1], widths: [96, 184, 312, 400], bottleneck_ratios: same(4), group_widths: same(1) }],
  ["space_workbench", { space: "AnyNetXE", depths: [4, 4, 7, 7], widths: [8, 8, 80, 976], bottleneck_ratios: same(2), group_widths: same(32) }],
  ["space_workbench", { space: "RegNetX", against: "AnyNetXE", depths: [2, 3, 7, 10], widths: [80, 144, 256, 464], bottleneck_ratios: same(2), group_widths: same(2), judged: true }],
];
const RECORDED = ["anynetxa", "anynetxb", "anynetxc", "anynetxd", "anynetxe", "regnetx"].map((name) => `${name}-cpu`);
const COLUMNS = ["depths", "widths", "bottleneck_ratios", "group_widths"];

/** A recorded population as the interactives carry it. */
function recorded(name) {
  const lines = readFileSync(new URL(`../regnet_edu/recorded/${name}.jsonl`, import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const networks = lines.filter((l) => l.kind === "network" && l.error !== null).sort((a, b) => a.index - b.index);
  return { space: lines[0].space, errors: networks.map((n) => n.error), ...Object.fromEntries(COLUMNS.map((c) => [c, networks.map((n) => n.config[c])])) };
}

const folder = new URL("../regnet_edu/widgets/", import.meta.url);
const stills = new URL("stills/", folder);

const wanted = new Map();
for (const [module, changes] of SHOWN) {
  const { schema, view } = (await import(new URL(`${module}.js`, folder))).widget.description;
  const state = Object.fromEntries(Object.entries(schema).map(([key, rule]) => [key, changes[key] ?? rule.default]));
  const data = module === "space_workbench" ? Object.fromEntries(RECORDED.map((name) => [name, recorded(name)])) : {};
  const kept = module === "population_lab" ? JSON.parse(readFileSync(new URL("../regnet_edu/widgets/stills/population_lab.json", import.meta.url), "utf8")) : null;
  const picture = view(state, { width: WIDTH, data, kept, still: true }).picture.replaceAll(/<g data-drag="[^>]*>/g, "<g>");
  const name = [module, ...Object.entries(changes).map(([key, value]) => `${key}-${[value].flat().map((v) => (v === true ? "True" : v)).join("-")}`)].join("--");
  wanted.set(`${name}.svg`, `${picture}\n`);
}
const there = readdirSync(stills).filter((file) => file.endsWith(".svg"));
const current = (file) => there.includes(file) && readFileSync(new URL(file, stills), "utf8") === wanted.get(file);
const outdated = [...new Set([...there, ...wanted.keys()])].filter((file) => !current(file));
if (!process.argv.includes("--check")) {
  for (const file of outdated) {
    if (wanted.has(file)) writeFileSync(new URL(file, stills), wanted.get(file));
    else rmSync(new URL(file, stills));
  }
}
console.log(outdated.join("\n"));
