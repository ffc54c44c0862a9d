// Train what the lab shows as its example and what the workbench compares with, by the page's own modules: node tools/train_examples.mjs.
// It takes the names of the interactives to train for, both if none is given, and asks Python for the regimes.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { complexity } from "../regnet_edu/widgets/core.js";
import { seedWords } from "../regnet_edu/widgets/drawn_pictures.js";
import { samples, widget } from "../regnet_edu/widgets/population_lab.js";
import { ofXBlocks, prepared, trainOne } from "../regnet_edu/widgets/trainers.js";

const python = (expression) => JSON.parse(execFileSync(process.env.PYTHON ?? "python", ["-c", `import json, regnet_edu.widgets.population_lab as lab; print(json.dumps(${expression}))`], { encoding: "utf8" }));
const write = (name, found) => writeFileSync(new URL(`../regnet_edu/widgets/stills/${name}.json`, import.meta.url), `${JSON.stringify(found)}\n`);

/** The two populations that the lab starts with. */
function population_lab() {
  const setting = python("lab.setting()"), data = prepared(setting), kept = {};
  const { first, second, n, seed } = Object.fromEntries(Object.entries(widget.description.schema).map(([key, rule]) => [key, rule.default]));
  for (const space of [first, second]) {
    const found = [];
    for (const net of samples(space, seed, setting.regime)) {
      if (!net) continue;
      const { stages, ...rest } = net, own = seedWords([seed, found.length])[0];
      found.push({ index: found.length, seed: own, ...rest, ...trainOne(ofXBlocks(stages), own, setting, data) });
      console.log(space, found.length, found.at(-1).error, found.at(-1).seconds);
      if (found.length === n) break;
    }
    kept[`${space} ${seed}`] = found;
  }
  return kept;
}

/** Of the recorded networks of each space the one that a fifth are better than, and the one that a fifth are worse than. */
function space_workbench() {
  const setting = python("lab.setting(lab.TRIAL)"), data = prepared(setting), found = [];
  for (const name of ["anynetxa", "anynetxb", "anynetxc", "anynetxd", "anynetxe", "regnetx"]) {
    const lines = readFileSync(new URL(`../regnet_edu/recorded/${name}-cpu.jsonl`, import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    const networks = lines.filter((l) => l.kind === "network" && l.status === "ok" && l.config.depths.length === 4).sort((a, b) => a.error - b.error);
    for (const share of [0.2, 0.8]) {
      const { config, index, error: recorded } = networks[Math.floor(share * networks.length)];
      const net = { depths: config.depths, widths: config.widths, ratios: config.bottleneck_ratios, groups: config.group_widths };
      const { stages } = complexity({ ...net, block: "X" }, setting.regime.resolution, 3, 10), { error, seconds } = trainOne(ofXBlocks(stages), index, setting, data);
      found.push({ space: lines[0].space, index, recorded, error });
      console.log(lines[0].space, index, recorded, error, seconds);
    }
  }
  return found;
}

const all = { population_lab, space_workbench }, wanted = process.argv.slice(2);
for (const name of wanted.length ? wanted : Object.keys(all)) write(name, all[name]());
