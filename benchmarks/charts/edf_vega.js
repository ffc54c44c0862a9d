// The same picture with Vega-Lite; see README.md.
import * as vega from "vega";
import { compile } from "vega-lite";
export function edf(el, a, b, t) {
  const rows = (d, name) => d.edf.map((r, i) => ({ ...r, ...d.band[i], name }));
  const spec = { width: 560, height: 300, data: { values: [...rows(a, "AnyNetXA"), ...rows(b, "RegNetX")] }, encoding: { x: { field: "e", type: "quantitative", title: "error e, %", scale: { zero: false } } },
    layer: [ { mark: { type: "area", interpolate: "step-after", opacity: 0.18 }, encoding: { y: { field: "low", type: "quantitative", title: "F(e), share of networks below e" }, y2: { field: "high" }, color: { field: "name", legend: null, scale: { range: ["#0072b2", "#c45200"] } } } },
      { mark: { type: "line", interpolate: "step-after" }, encoding: { y: { field: "f", type: "quantitative" }, color: { field: "name", scale: { range: ["#0072b2", "#c45200"] } }, tooltip: [{ field: "e" }, { field: "f" }] } },
      { mark: "rule", encoding: { x: { datum: t } } } ] };
  new vega.View(vega.parse(compile(spec).spec), { renderer: "svg", container: el }).runAsync();
}
globalThis.edfVega = edf;
