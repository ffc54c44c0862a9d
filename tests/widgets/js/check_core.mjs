// Compare the mathematics with the numbers that Python wrote: node tests/widgets/js/check_core.mjs VECTORS MODULE...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { differences } from "./compare.js";

const [vectors, ...modules] = process.argv.slice(2);
const core = Object.assign({}, ...(await Promise.all(modules.map((path) => import(pathToFileURL(path))))));
const found = differences(core, JSON.parse(readFileSync(vectors, "utf8")));
console.log(JSON.stringify(found));
