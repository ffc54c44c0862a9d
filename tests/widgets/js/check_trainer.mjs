// Repeat torch's steps: node check_trainer.mjs cases.json; prints how far each case is from torch, for each kernel.
import { readFileSync } from "node:fs";
import { anynet, plainKernels, rateAt } from "../../../regnet_edu/widgets/trainer.js";
const floats = (text) => new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
const ways = { plain: {} };
const wasm = await import("../../../regnet_edu/widgets/simd.js").catch(() => null);
if (wasm) ways.simd = wasm.simdMemory();
const found = [];
for (const c of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  for (const [way, options] of Object.entries(ways)) {
    const network = anynet(c.net, { ...c, ...options });
    network.parameters.set(floats(c.start));
    const images = floats(c.images), size = network.input.length, losses = [], wanted = floats(c.gradient);
    let gradient = 0, largest = 0;
    c.labels.forEach((labels, k) => {
      network.input.set(images.subarray(k * size, (k + 1) * size));
      losses.push(network.step(labels, rateAt(k, c.labels.length, c.recipe), c.recipe));
      if (k === 0) network.gradient.forEach((g, i) => {
        gradient = Math.max(gradient, Math.abs(g - wanted[i]));
        largest = Math.max(largest, Math.abs(wanted[i]));
      });
    });
    network.input.set(images.subarray(0, size));
    const loss = Math.max(...losses.map((l, k) => Math.abs(l - c.losses[k])));
    found.push({ way, block: c.net.block, gradient, largest, loss, wrong: network.wrong(c.labels[0], c.batch) - c.wrong });
  }
}
console.log(JSON.stringify(found));
