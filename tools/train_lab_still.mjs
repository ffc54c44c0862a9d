// Train the populations that the still of the Population lab shows, with the page's own modules: node tools/train_lab_still.mjs
import { writeFileSync } from "node:fs";
import { samples, widget } from "../regnet_edu/widgets/population_lab.js";
import { seedWords } from "../regnet_edu/widgets/drawn_pictures.js";
import { prepared, trainOne } from "../regnet_edu/widgets/trainers.js";

// The regime `page`, as Python's Regime.to_dict has it.
const regime = JSON.parse(process.argv[2]), data = prepared(regime), kept = {};
const { first, second, n, seed } = Object.fromEntries(Object.entries(widget.description.schema).map(([key, rule]) => [key, rule.default]));
for (const space of [first, second]) {
  const found = [];
  for (const net of samples(space, seed, regime)) {
    if (!net) continue;
    const { stages, ...rest } = net, own = seedWords([seed, found.length])[0];
    const result = trainOne({ block: "X", stages, stemWidth: 32, stemStride: 2 }, own, regime, data);
    found.push({ index: found.length, seed: own, ...rest, ...result });
    console.log(space, found.length, result.error, result.seconds);
    if (found.length === n) break;
  }
  kept[`${space} ${seed}`] = found;
}
writeFileSync(new URL("lab_still.json", import.meta.url), `${JSON.stringify(kept)}\n`);
