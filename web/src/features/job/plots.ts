// A job's samples as lines over time. Pure.
import type { Sample } from "@paceline/react";

export type Series = {
  times: number[];
  done: (number | null)[];
  rate: (number | null)[];
  memory: (number | null)[];
  /** Cores that were busy between two samples. */
  cores: (number | null)[];
};

export function toSeries(samples: readonly Sample[]): Series {
  const series: Series = { times: [], done: [], rate: [], memory: [], cores: [] };
  let before: Sample | undefined;
  for (const sample of samples) {
    series.times.push(Date.parse(sample.t) / 1000);
    series.done.push(sample.done);
    series.rate.push(sample.rate ?? null);
    series.memory.push(sample.memory_bytes ?? null);
    series.cores.push(coresBetween(before, sample));
    before = sample;
  }
  return series;
}

function coresBetween(before: Sample | undefined, sample: Sample): number | null {
  if (before?.cpu_seconds == null || sample.cpu_seconds == null) return null;
  const seconds = (Date.parse(sample.t) - Date.parse(before.t)) / 1000;
  const used = sample.cpu_seconds - before.cpu_seconds;
  // A worker that was replaced begins at nothing.
  return seconds > 0 && used >= 0 ? used / seconds : null;
}
