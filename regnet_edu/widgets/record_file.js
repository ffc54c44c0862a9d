// Record files of what the page trained, as `rn.load_population` reads them: sweeps/records.py says what they hold.

/** CRC-32 of a text in UTF-8. */
export function crc32(text) {
  let found = -1;
  for (const byte of new TextEncoder().encode(text)) {
    found ^= byte;
    for (let k = 0; k < 8; k++) found = (found >>> 1) ^ (found & 1 ? 0xedb88320 : 0);
  }
  return ~found >>> 0;
}

function encoded(record) {
  const body = JSON.stringify(record).slice(0, -1);
  return `${body}, "crc": "${crc32(body).toString(16).padStart(8, "0")}"}\n`;
}

/** The file of one population; `records` are those of population_lab.js, `data` what its Python class gives. */
export function recordFile(space, seed, records, { regime, fingerprint, images }) {
  const origin = { date: `${new Date().toISOString().slice(0, 19)}+00:00`, versions: { engine: "the page, in JavaScript" }, hardware: { processors: globalThis.navigator?.hardwareConcurrency ?? null } };
  const header = { kind: "header", format: 2, space, space_repr: `${space} in the page`, seed, regime, regime_fingerprint: fingerprint, data: images, ...origin };
  const networks = records.map((r) => ({
    kind: "network", index: r.index, seed: r.seed,
    config: { depths: r.depths, widths: r.widths, bottleneck_ratios: r.ratios, group_widths: r.groups, strides: [1, 2, 2], stem_width: 32, block: "X", se_ratio: 0, stem_stride: 2, activation: "relu" },
    flops: r.flops, params: r.params, activations: r.activations, status: r.status, error: r.error, errors: [r.error], epochs: regime.epochs, loss: r.loss, seconds: r.seconds, cpu_seconds: r.seconds, images_per_second: null,
    ...(r.status === "ok" ? {} : { reason: "a loss that is not finite" }),
  }));
  return [header, { kind: "session", n: records.length, workers: null, threads: 1, device: "cpu", engine: "page", ...origin }, ...networks].map(encoded).join("");
}
