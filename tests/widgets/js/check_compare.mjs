// The verdicts of the Population lab on pairs of lists of errors: node check_compare.mjs pairs.json.
import { readFileSync } from "node:fs";
import { sentence, welch } from "../../../regnet_edu/widgets/compare.js";
const pairs = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(pairs.map(([a, b]) => {
  const { low, high, p } = welch(a, b);
  return [low, high, p, sentence("A", "B", a, b)];
})));
