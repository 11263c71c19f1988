// The forecast as a plot, in the colours of the page, as wide as there is room.
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import { type Lines, lines, type Result } from "./result";
import { useColourScheme } from "./useColourScheme";

const HEIGHT = 260;

export function Plot({ result }: { result: Result }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useColourScheme();
  const drawn = useMemo(() => lines(result), [result]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read again with the scheme
  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const { x, past, sold, forecast } = drawn;
    const plot = new uPlot(options(host, drawn), [x, past, sold, forecast], host);
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: host.clientWidth, height: HEIGHT }),
    );
    observer.observe(host);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [drawn, scheme]);

  const weeks = result.actual.length;
  const unit = drawn.isTime ? "weeks" : "months";
  const words = `${result.sku}: ${result.history.length} ${unit} of the past, then ${weeks} ${unit} sold and forecast`;
  return <div ref={box} className="plot" role="img" aria-label={words} />;
}

function options(host: HTMLElement, drawn: Lines): uPlot.Options {
  const style = getComputedStyle(host);
  const colour = (name: string) => style.getPropertyValue(name).trim() || style.color;
  const axis: uPlot.Axis = {
    stroke: colour("--ink-soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  const value: uPlot.Series.Value = (_, shown) =>
    shown === null || shown === undefined ? "–" : String(Math.round(shown * 10) / 10);
  return {
    width: host.clientWidth,
    height: HEIGHT,
    scales: { x: { time: drawn.isTime }, y: { range: [0, drawn.top] } },
    axes: [axis, { ...axis, size: 60 }],
    series: [
      drawn.isTime ? { label: "Week of", value: "{YYYY}-{MM}-{DD}" } : { label: "Month" },
      { label: "Past", stroke: colour("--past"), width: 1.5, value },
      { label: "Sold", stroke: colour("--sold"), width: 2, value },
      { label: "Forecast", stroke: colour("--forecast"), width: 2, dash: [6, 4], value },
    ],
    // Weeks begin on the same day everywhere.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
  };
}
