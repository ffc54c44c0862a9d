// What the Population lab samples and draws: node check_lab.mjs given.json.
import { readFileSync } from "node:fs";
import { drawPictures, fixedSubset } from "../../../regnet_edu/widgets/drawn_pictures.js";
import { samples } from "../../../regnet_edu/widgets/population_lab.js";
const { regime, spaces, n, seed } = JSON.parse(readFileSync(process.argv[2], "utf8")), networks = {};
for (const space of spaces) {
  networks[space] = [];
  for (const net of samples(space, seed, regime)) {
    if (net) networks[space].push([net.depths, net.widths, net.ratios, net.groups]);
    if (networks[space].length === n) break;
  }
}
const { images, labels } = drawPictures(600, 16, 1);
console.log(JSON.stringify({ networks, images: [...images], labels: [...labels], subset: fixedSubset(10240, 50) }));
