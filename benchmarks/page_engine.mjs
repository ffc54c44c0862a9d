// Train in the engine of the page what stands on each line: { net, seed, setting }. See page_engine.py.
import { createInterface } from "node:readline";
import { prepared, trainOne } from "../regnet_edu/widgets/trainers.js";

let data = null;
for await (const line of createInterface({ input: process.stdin })) {
  const { net, seed, setting } = JSON.parse(line);
  data ??= prepared(setting);
  const before = process.cpuUsage(), { error } = trainOne(net, seed, setting, data), { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ error, cpu: (user + system) / 1e6 }));
}
