// Train in the engine of the page what stands on each line: { net, seed, regime }. See page_engine.py.
import { createInterface } from "node:readline";
import { prepared, trainOne } from "../regnet_edu/widgets/trainers.js";

let data = null;
for await (const line of createInterface({ input: process.stdin })) {
  const { net, seed, regime } = JSON.parse(line);
  data ??= prepared(regime);
  const before = process.cpuUsage(), { error } = trainOne(net, seed, regime, data), { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ error, cpu: (user + system) / 1e6 }));
}
