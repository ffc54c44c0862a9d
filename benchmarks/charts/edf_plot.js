// The same picture with Observable Plot; see README.md.
import { plot, line, areaY, ruleX, dot, text, tip, pointerX } from "@observablehq/plot";
export function edf(el, a, b, t) {
  el.append(plot({ width: 640, height: 360, y: { grid: true, label: "F(e), share of networks below e" }, x: { label: "error e, %" },
    color: { range: ["#0072b2", "#c45200"] },
    marks: [ areaY(a.band, { x: "e", y1: "low", y2: "high", fill: "#0072b2", fillOpacity: 0.18, curve: "step-after" }), areaY(b.band, { x: "e", y1: "low", y2: "high", fill: "#c45200", fillOpacity: 0.18, curve: "step-after" }),
      line(a.edf, { x: "e", y: "f", stroke: "#0072b2", curve: "step-after", strokeWidth: 2 }), line(b.edf, { x: "e", y: "f", stroke: "#c45200", curve: "step-after", strokeWidth: 2, strokeDasharray: "6 4" }),
      ruleX([t]), dot([[t, 0.36], [t, 0.81]], { fill: "#333" }), text([{ e: 58.5, f: 0.28, t: "AnyNetXA" }, { e: 54, f: 0.8, t: "RegNetX" }], { x: "e", y: "f", text: "t", fontWeight: 600, textAnchor: "start" }),
      tip(a.edf, pointerX({ x: "e", y: "f" })) ] }));
}
globalThis.edfPlot = edf;
