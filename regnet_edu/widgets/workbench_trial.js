// "Train it now" in the workbench: this network trained in the page, among recorded ones that were trained the same way.
import { dot, line, linear, percent, sideways, words } from "./chart.js";
import { complexity } from "./core.js";
import { mean } from "./distribution.js";
import { crew, ofXBlocks } from "./trainers.js";

const MOST = 10e6, KEPT = 40; // multiply-adds that take no minutes; networks that the browser keeps
const nameOf = ({ depths, widths, ratios, groups }) => [depths, widths, ratios, groups].join(" ");
const own = (net, kept) => (kept?.trained ?? []).filter((t) => t.net === nameOf(net));

/** What goes on by itself: one network in one worker. */
export function trial(changed, memory, { trial: setting }) {
  let team = null, net = null, share = 0, problem = "";
  function stop(why = "") {
    team?.stop();
    team = null;
    problem = why;
    changed();
  }
  return {
    training: (some) => (team && nameOf(some) === nameOf(net) ? share : null), problem: () => problem, can: () => Boolean(setting), running: () => team !== null, end: stop,
    train(chosen) {
      if (team) return stop();
      const found = complexity({ ...chosen, block: "X" }, setting.regime.resolution, 3, setting.images.classes);
      if (found.flops > MOST) return stop("It would take minutes to train here: hold the flops first.");
      net = chosen;
      share = 0;
      const seed = own(net, memory.kept).length;
      let jobs = [{ net: ofXBlocks(found.stages), seed }];
      try {
        team = crew(setting, {
          next: () => jobs.pop() ?? null, failed: (why) => stop(`Training stopped: ${why}.`), note: (_, part) => ((share = part), changed()),
          done(_, { error, seconds }) {
            const all = memory.read() ?? {};
            memory.keep({ ...all, trained: [...(all.trained ?? []), { net: nameOf(net), error, seconds }].slice(-KEPT) });
            stop();
          },
        }, 1);
        problem = "";
      } catch {
        problem = "This browser starts no workers from this page, so it cannot train here; `rn.train` does it in Python.";
      }
      changed();
    },
  };
}

export const STRIP = 74; // its height in pixels

/** Errors as dots: the recorded networks grey, those that the reader trained before pale, this one full. */
export function strip(net, { width, top, kept, setting, live }) {
  const mine = own(net, kept), others = (kept?.trained ?? []).filter((t) => !mine.includes(t)), shown = [...setting.reference, ...mine, ...others].map((t) => t.error);
  const x = linear(Math.floor(20 * Math.min(...shown)) / 20, Math.ceil(20 * Math.max(...shown)) / 20, 38, width - 16), at = top + 40, share = live?.training(net);
  const parts = [words(0, top + 14, share == null ? "trained in a page: error, %" : `training: ${percent(share, 0)}`, { className: "rni-t rni-name" }), line(38, at + 14, width - 16, at + 14, "rni-grid")];
  for (const tick of x.ticks(width / 90)) parts.push(words(x(tick), at + 30, String(Math.round(100 * tick)), { anchor: "middle" }));
  const put = (list, radius, className, say) => list.forEach((t, i) => parts.push(dot(x(t.error), at - 12 + sideways(i) * 20, radius, className, say(t))));
  put(setting.reference, 4, "rni-fs rni-edge", (t) => `recorded in ${t.space} with ${percent(t.recorded)}; here ${percent(t.error)}`);
  put(others, 4, "rni-fa rni-dim", (t) => `trained before: ${percent(t.error)}`);
  put(mine, 6.5, "rni-fa rni-edge", (t) => `this network: ${percent(t.error)}`);
  return parts.join("");
}

/** What came of it, in words; which task it was stands in them. */
export function trialSentence(net, { kept, setting, live }) {
  const mine = own(net, kept), { regime, reference } = setting, errors = mine.map((t) => t.error);
  if (live?.problem()) return live.problem();
  if (live?.training(net) != null) return `It is being trained here: ${percent(live.training(net), 0)}.`;
  if (!mine.length) return "";
  const better = reference.filter((t) => t.error < mean(errors)).length, steps = Math.floor(regime.train_images / regime.batch_size);
  return `Trained in this page (drawn pictures of ${regime.resolution} pixels, ${steps} steps: another and much shorter task than that of the records), it errs in ${errors.map((e) => percent(e)).join(", ")}; of ${reference.length} recorded networks trained the same way, ${better} are better.`;
}
