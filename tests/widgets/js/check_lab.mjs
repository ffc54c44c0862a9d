// What the Population lab samples and draws: node check_lab.mjs given.json.
import { readFileSync } from "node:fs";
import { drawPictures, fixedSubset } from "../../../regnet_edu/widgets/drawn_pictures.js";
import { rulesOf, samples } from "../../../regnet_edu/widgets/population_lab.js";
import { prepared } from "../../../regnet_edu/widgets/trainers.js";
const { setting, spaces, n, seed, orders } = JSON.parse(readFileSync(process.argv[2], "utf8")), { regime } = setting, networks = {};
function sampled(...space) {
  const found = [];
  for (const net of samples(space[0], seed, regime, space[1])) {
    if (net) found.push(net);
    if (found.length === n) return found;
  }
}
const lists = (net) => [net.depths, net.widths, net.ratios, net.groups];
for (const space of spaces) networks[space] = sampled(space).map(lists);
const own = orders.map((o) => sampled(o.named, { orders: o.orders }));
const never = samples("AnyNetXA", seed, { ...regime, flops: [1, 2] }), rests = [never.next().value, never.next().value];
const { images, labels } = drawPictures(600, 16, 1), { train } = prepared({ regime: { ...regime, train_images: 40, test_images: 10 }, images: { ...setting.images, train: 600 } });
console.log(JSON.stringify({ networks, own: own.map((nets) => nets.map(lists)), rules: own.map((nets) => nets.map(rulesOf)), rests, images: [...images], labels: [...labels], subset: fixedSubset(10240, 50), few: train.labels.map((label, i) => [label, train.images[i][0]]) }));
