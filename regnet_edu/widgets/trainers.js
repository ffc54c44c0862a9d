// Workers that train networks in the page, made from the source of the trainer: so they start from file:// too.
import { drawPictures, fixedSubset, pcg64, seedWords } from "./drawn_pictures.js";
import { simdCode, simdMemory } from "./simd.js";
import { anynet, plainKernels, rateAt } from "./trainer.js";

/** The images of a setting { regime, images }, chosen as `loop.prepare` does, and each channel's mean and standard deviation. */
export function prepared({ regime, images }) {
  const side = regime.resolution, size = 3 * side * side;
  function part(count, seed, wanted) {
    const order = fixedSubset(count, wanted), drawn = drawPictures(count, side, seed, new Set(order));
    return { labels: order.map((i) => drawn.labels[i]), images: order.map((i) => drawn.images.subarray(i * size, (i + 1) * size)) };
  }
  const train = part(images.train, 1, regime.train_images), test = part(images.test, 2, regime.test_images), pixels = (train.images.length * size) / 3;
  const sums = [0, 0, 0], squares = [0, 0, 0];
  for (const image of train.images) for (let i = 0; i < size; i++) {
    sums[i % 3] += image[i];
    squares[i % 3] += image[i] * image[i];
  }
  const mean = sums.map((s) => s / pixels);
  return { train, test, mean, std: squares.map((q, c) => Math.sqrt(Math.max(1, q / pixels - mean[c] ** 2))) };
}

/** A network of X blocks as `trainOne` takes it, from the stages that `complexity` returns. */
export const ofXBlocks = (stages) => ({ block: "X", stages: stages.map(({ depth, width, inner, group, stride }) => ({ depth, width, inner, group, stride })), stemWidth: 32, stemStride: 2 });

/** Train one network by the package's recipe; `note(share)` hears how far it is. Returns what a record holds. */
export function trainOne(net, seed, { regime, images: { classes } }, data, note = () => {}) {
  const side = regime.resolution, batch = regime.batch_size, { uniform, below } = pcg64(seed), started = Date.now();
  const network = anynet(net, { resolution: side, batch, classes, ...simdMemory() });
  network.initialise(uniform);
  function load(images, mirrored) {
    images.forEach((image, i) => {
      for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) for (let c = 0; c < 3; c++) {
        const from = 3 * (y * side + (mirrored?.[i] ? side - 1 - x : x)) + c;
        network.input[((c * batch + i) * side + y) * side + x] = (image[from] - data.mean[c]) / data.std[c];
      }
    });
  }
  const { images, labels } = data.train, each = Math.floor(images.length / batch), steps = each * regime.epochs;
  let loss = 0;
  for (let k = 0, order; k < steps && Number.isFinite(loss); k++) {
    if (k % each === 0) {
      order = images.map((_, i) => i);
      for (let i = order.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      loss = 0;
    }
    const rows = order.slice((k % each) * batch, (k % each + 1) * batch);
    load(rows.map((i) => images[i]), rows.map(() => regime.flip && uniform() < 0.5));
    loss += network.step(rows.map((i) => labels[i]), rateAt(k, steps, regime), { momentum: regime.momentum, decay: regime.weight_decay }) / each;
    if (k % 4 === 3) note(k / steps);
  }
  const took = () => Math.round(Date.now() - started) / 1000;
  if (!Number.isFinite(loss)) return { status: "diverged", error: 1 - 1 / classes, loss: null, seconds: took() };
  let wrong = 0;
  for (let k = 0; k < data.test.images.length; k += batch) {
    const part = data.test.images.slice(k, k + batch);
    load(part);
    wrong += network.wrong(data.test.labels.slice(k, k + batch), part.length);
  }
  return { status: "ok", error: wrong / data.test.images.length, loss, seconds: took() };
}

/** What a worker does: train what it is sent, and say how far it is. */
export function serve() {
  let data = null;
  globalThis.onmessage = ({ data: { net, seed, setting } }) => {
    try {
      data ??= prepared(setting);
      postMessage({ done: trainOne(net, seed, setting, data, (share) => postMessage({ share })) });
    } catch (error) {
      postMessage({ failed: String(error) });
    }
  };
}

export const SOURCE = () => `${[pcg64, seedWords, fixedSubset, drawPictures, simdCode, simdMemory, plainKernels, anynet, rateAt, prepared, trainOne, serve].join("\n")}\nserve();`;

/** How many workers train: one processor is left to the page. */
export const crewSize = () => Math.max(1, (globalThis.navigator?.hardwareConcurrency || 2) - 1);

/**
 * A crew of workers for a setting { regime, images }. `next()` gives a job { net, seed, ... } or null when there is none,
 * `done(job, result)` takes what came of it; `stop` ends them at once, and what they had in hand is lost.
 */
export function crew({ regime, images }, { next, done, note, failed }, size = crewSize()) {
  const url = URL.createObjectURL(new Blob([SOURCE()], { type: "text/javascript" })), workers = new Set();
  function hire() {
    const worker = new Worker(url);
    let job = null;
    const turn = async () => {
      job = await next();
      if (job && workers.has(worker)) worker.postMessage({ net: job.net, seed: job.seed, setting: { regime, images } });
      else leave(worker);
    };
    worker.onmessage = ({ data }) => {
      if (data.share !== undefined) return note(job, data.share);
      if (data.failed) return failed(data.failed);
      done(job, data.done);
      turn();
    };
    worker.onerror = (event) => failed(event.message || "a worker could not start");
    workers.add(worker);
    turn();
  }
  function leave(worker) {
    worker.terminate();
    workers.delete(worker);
    if (!workers.size) URL.revokeObjectURL(url);
  }
  for (let k = size; k > 0; k--) hire();
  return { stop: () => [...workers].forEach(leave) };
}
