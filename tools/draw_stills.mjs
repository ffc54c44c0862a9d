// Draw the still picture of every interactive whose default state needs no recorded data: node tools/draw_stills.mjs
// With --check nothing is written; the names of stills that are out of date are printed instead.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const WIDTH = 640;
const folder = new URL("../regnet_edu/widgets/", import.meta.url);
const outdated = [];
for (const file of readdirSync(new URL("stills/", folder)).filter((f) => f.endsWith(".svg"))) {
  const name = file.replace(".svg", "");
  const { widget } = await import(new URL(`${name}.js`, folder));
  const { schema, view } = widget.description;
  const state = Object.fromEntries(Object.entries(schema).map(([key, rule]) => [key, rule.default]));
  const picture = `${view(state, { width: WIDTH, data: {} }).picture.replaceAll(/<g data-drag="[^>]*>/g, "<g>")}\n`;
  const target = new URL(`stills/${file}`, folder);
  if (readFileSync(target, "utf8") === picture) continue;
  outdated.push(name);
  if (!process.argv.includes("--check")) writeFileSync(target, picture);
}
console.log(outdated.join("\n"));
