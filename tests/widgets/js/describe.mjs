// Print what an interactive says about itself: node tests/widgets/js/describe.mjs MODULE...
import { pathToFileURL } from "node:url";

const found = {};
for (const path of process.argv.slice(2)) {
  const { name, title, schema, controls } = (await import(pathToFileURL(path))).widget.description;
  found[name] = { title, schema, controls: controls.map((c) => c.key) };
}
console.log(JSON.stringify(found));
