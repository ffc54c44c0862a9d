// What recorded networks of nearly the same shape tell about a network that nobody has trained.

/** How much a doubling of each number counts; with these a recorded network is told best from the others. */
const COUNTS = { depths: 1, widths: 1, bottleneck_ratios: 0.5, group_widths: 0.25 };
export const NEIGHBOURS = 8;

const shapeOf = (columns) => Object.entries(COUNTS).flatMap(([key, count]) => columns[key].map((v) => count * Math.log2(v)));

const kept = new WeakMap();
function shapesOf(population) {
  if (!kept.has(population)) {
    const keys = Object.keys(COUNTS);
    kept.set(population, population.errors.map((_, i) => shapeOf(Object.fromEntries(keys.map((k) => [k, population[k][i]])))));
  }
  return kept.get(population);
}

/** The recorded networks with the nearest shapes, the nearest first: [{ name, index, error, far }]. */
export function nearest(columns, populations, count = NEIGHBOURS) {
  const shape = shapeOf(columns), all = [];
  for (const [name, population] of Object.entries(populations)) {
    shapesOf(population).forEach((other, index) => {
      if (other.length !== shape.length) return;
      let far = 0;
      for (let i = 0; i < shape.length; i++) far += (shape[i] - other[i]) ** 2;
      all.push({ name, index, error: population.errors[index], far: Math.round(far * 1e6) / 1e6 }); // equal ones stay equal
    });
  }
  return all.sort((a, b) => a.far - b.far).slice(0, count);
}
