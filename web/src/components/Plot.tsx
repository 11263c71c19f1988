// A line over time. Loaded with the pages that have one.
import { useEffect, useRef, useState } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "~/lib/theme";
import { fitting, lonePlaces, momentText, TIME_STEPS, tickTexts } from "./plotMarks";

export type PlotLine = {
  label: string;
  /** A token: `running`, `accent`. */
  colour: string;
  values: (number | null)[];
  /** Told from the others by more than its colour: lengths of dashes and gaps. */
  dash?: number[];
};

export type PlotProps = {
  title: string;
  /** Seconds since 1970. */
  times: number[];
  lines: PlotLine[];
  format: (value: number) => string;
  height?: number;
  /** Steps of the scale are powers of two. */
  bytes?: boolean;
  /** Where the scale ends; by default a little above the highest value. */
  top?: number;
  /** Plots of one page with the same word show the same moment. */
  sync?: string;
};

/** What a token is now: a canvas knows no variables. */
function colourOf(token: string, within: Element): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--pl-${token})`;
  within.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}

const HEIGHT = 160;
/** Left of the plot, for the texts of its scale: the same for all, so that their times stand below each other. */
const GUTTER = 68;
const RIGHT = 4;
const POWERS = Array.from({ length: 50 }, (_, exponent) => 2 ** exponent);

type Point = (place: number | null) => void;

function options(props: PlotProps, box: HTMLElement, point: Point): UPlot.Options {
  const muted = colourOf("muted", box);
  const border = colourOf("border", box);
  const axis: UPlot.Axis = {
    stroke: muted,
    font: "11px system-ui, sans-serif",
    grid: { stroke: border, width: 1 },
    ticks: { show: false },
  };
  const { format, sync, top } = props;
  return {
    width: box.clientWidth,
    height: props.height ?? HEIGHT,
    cursor: {
      y: false,
      drag: { x: false, y: false },
      ...(sync && { sync: { key: sync } }),
    },
    legend: { show: false },
    hooks: { setCursor: [(plot) => point(plot.cursor.idx ?? null)] },
    scales: {
      y: { range: (_, low, high) => [Math.min(0, low), top ?? (high > 0 ? high * 1.1 : 1)] },
    },
    padding: [8, RIGHT, 0, 0],
    axes: [
      {
        ...axis,
        size: 24,
        gap: 7,
        space: 64,
        incrs: [...TIME_STEPS],
        grid: { show: false },
        values: (plot, times) => {
          const length = plot.width - GUTTER - RIGHT;
          return fitting(tickTexts(times), times, plot.scales.x ?? {}, { length, room: RIGHT });
        },
      },
      {
        ...axis,
        size: GUTTER,
        space: 32,
        values: (_plot, values) => values.map(format),
        ...(props.bytes && { incrs: POWERS }),
      },
    ],
    series: [
      {},
      ...props.lines.map(({ label, colour: token, dash }) => {
        const colour = colourOf(token, box);
        return {
          label,
          stroke: colour,
          width: 1.5,
          ...(dash && { dash }),
          fill: withAlpha(colour, 0.1),
          spanGaps: false,
          points: {
            show: false,
            filter: (plot: UPlot, line: number) =>
              lonePlaces((plot.data[line] ?? []) as (number | null)[]),
            size: 5,
            stroke: colour,
            fill: colour,
          },
        };
      }),
    ],
  };
}

export function Plot(props: PlotProps) {
  const { title, times, lines, format, height = HEIGHT } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const theme = useTheme();
  const shape = `${theme} ${lines.map((line) => line.label).join()}`;
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew for other colours or lines
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const make = () => {
      plot.current?.destroy();
      const { times, lines } = latest.current;
      const data = [times, ...lines.map((line) => line.values)] as UPlot.AlignedData;
      plot.current = new UPlot(options(latest.current, element, setPointed), data, element);
    };
    make();
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", make);
    const resize = new ResizeObserver(() => {
      plot.current?.setSize({
        width: element.clientWidth,
        height: latest.current.height ?? HEIGHT,
      });
    });
    resize.observe(element);
    return () => {
      system.removeEventListener("change", make);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData([times, ...lines.map((line) => line.values)] as UPlot.AlignedData);
  }, [times, lines]);

  const last = lines.map(({ label, values }) => {
    const value = values.findLast((value) => value !== null);
    return { label, text: value === undefined || value === null ? "–" : format(value) };
  });
  const said = last.map(({ label, text }) => `${label}${label && " "}${text}`).join(", ");
  return (
    <figure className="min-w-0 rounded-lg border border-border bg-surface p-4">
      <figcaption className="mb-2 flex flex-wrap items-baseline justify-between gap-x-3 text-[13px]">
        <span className="font-medium">{title}</span>
        <Readings {...props} place={pointed} last={last.map(({ text }) => text)} />
      </figcaption>
      <div
        ref={box}
        className="overflow-hidden"
        style={{ height }}
        role="img"
        aria-label={`${title} over time; last: ${said}`}
      />
    </figure>
  );
}

type ReadingsProps = PlotProps & { place: number | null; last: string[] };

/** The values at the moment that is pointed at, else the last ones. */
function Readings({ times, lines, format, place, last }: ReadingsProps) {
  const time = place === null ? undefined : times[place];
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return (
    <span className="flex flex-wrap justify-end gap-x-3 text-xs text-muted tabular-nums">
      {time !== undefined && <span>{momentText(time, span)}</span>}
      {lines.map(({ label, colour, values, dash }, number) => {
        const value = place === null ? null : values[place];
        const there = value !== null && value !== undefined;
        return (
          <span key={label} className="inline-flex items-center gap-1.5">
            {lines.length > 1 && (
              <svg
                width={14}
                height={4}
                aria-hidden="true"
                style={{ stroke: `var(--pl-${colour})` }}
              >
                <path d="M0,2H14" strokeWidth={2.5} strokeDasharray={dash?.join(" ")} />
              </svg>
            )}
            {label} {time === undefined ? last[number] : there ? format(value) : "–"}
          </span>
        );
      })}
    </span>
  );
}
