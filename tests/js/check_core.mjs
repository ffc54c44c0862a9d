// Compare core.js with the numbers that Python wrote: node tests/js/check_core.mjs VECTORS CORE
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { differences } from "./compare.js";

const [vectors, core] = process.argv.slice(2);
const found = differences(await import(pathToFileURL(core)), JSON.parse(readFileSync(vectors, "utf8")));
console.log(JSON.stringify(found));
