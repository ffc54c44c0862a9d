// Draw the still pictures of the interactives that need no recorded data: node tools/draw_stills.mjs
// With --check nothing is written; the names of stills that are out of date are printed instead.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const WIDTH = 640;
// The states in which the book starts them, by what differs from the default, in the order of the schema.
const SHOWN = [
  ["block_explorer", {}],
  ["block_explorer", { width_in: 64, width: 48, bottleneck_ratio: 4, stride: 1, resolution: 28 }],
  ["block_explorer", { block: "R", width_in: 64, width: 64, stride: 1, resolution: 8 }],
  ["block_explorer", { block: "Y", width_in: 64, width: 64, stride: 1, resolution: 28 }],
  ["complexity_calculator", {}],
  ["complexity_calculator", { subject: "RegNetX-4.0GF" }],
  ["regnet_explorer", {}],
  ["regnet_explorer", { depth: 23, w0: 80, wa: 49.56, wm: 2.88, group_width: 120 }],
];
const folder = new URL("../regnet_edu/widgets/", import.meta.url);
const stills = new URL("stills/", folder);

const wanted = new Map();
for (const [module, changes] of SHOWN) {
  const { schema, view } = (await import(new URL(`${module}.js`, folder))).widget.description;
  const state = Object.fromEntries(Object.entries(schema).map(([key, rule]) => [key, changes[key] ?? rule.default]));
  const picture = view(state, { width: WIDTH, data: {} }).picture.replaceAll(/<g data-drag="[^>]*>/g, "<g>");
  const name = [module, ...Object.entries(changes).map(([key, value]) => `${key}-${value}`)].join("--");
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
