// How far the initial weights of the page scatter: node check_init.mjs case.json; the root mean square of each parameter.
import { readFileSync } from "node:fs";
import { pcg64 } from "../../../regnet_edu/widgets/drawn_pictures.js";
import { anynet } from "../../../regnet_edu/widgets/trainer.js";
const { net, ...options } = JSON.parse(readFileSync(process.argv[2], "utf8")), network = anynet(net, options);
network.initialise(pcg64(1).uniform);
console.log(JSON.stringify(network.params.map(({ at, size }) => Math.sqrt(network.parameters.subarray(at, at + size).reduce((sum, w) => sum + w * w, 0) / size))));
