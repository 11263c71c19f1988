// Numbers, times and sizes as people read them. Pure: the moment is an argument.

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function formatCount(value: number): string {
  return whole.format(value);
}

/** "12s", "3m 20s", "2h 5m", "3d 4h": the two largest units. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))}ms`;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)}s`;
  const all = Math.floor(seconds);
  if (all < 60) return `${all}s`;
  if (all < 3600) return two(Math.floor(all / 60), "m", all % 60, "s");
  if (all < 86_400) return two(Math.floor(all / 3600), "h", Math.floor((all % 3600) / 60), "m");
  return two(Math.floor(all / 86_400), "d", Math.floor((all % 86_400) / 3600), "h");
}

function two(large: number, unit: string, small: number, part: string): string {
  return small === 0 ? `${large}${unit}` : `${large}${unit} ${small}${part}`;
}

export function formatRate(rate: number | null | undefined): string {
  if (rate === null || rate === undefined) return "–";
  if (rate === 0) return "0/s";
  if (rate < 1) return `${number.format(rate * 60)}/min`;
  return `${rate >= 100 ? whole.format(rate) : number.format(rate)}/s`;
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? whole.format(value) : number.format(value)} ${units[unit]}`;
}

/** A bar that is not full must not say 100. */
export function formatPercent(percent: number): string {
  const shown = percent < 100 && percent > 99 ? Math.floor(percent) : Math.round(percent);
  return `${shown}%`;
}

/** "now", "12s ago", "in 5m", "3d ago". */
export function formatAgo(time: string | null | undefined, now: number): string {
  if (!time) return "–";
  const seconds = (now - Date.parse(time)) / 1000;
  const size = Math.abs(seconds);
  if (size < 1) return "now";
  const text = largest(size);
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

function largest(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** The server's words, with the times in them as people write them. */
export function withTimes(words: string): string {
  return words.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => formatTime(time));
}

/** What a job waits for, so that it reads on after the job's name. */
export function waitText(reasons: readonly string[]): string {
  const [first = ""] = reasons;
  const word = first.startsWith("wait") ? "" : first.startsWith("its ") ? "waits for " : "waits: ";
  return withTimes(`${word}${reasons.join("; ")}`);
}

/** Made when a time is first shown, and once: to make it takes longer than fifty times to use it. */
let moment: Intl.DateTimeFormat | undefined;

/** Date and time of day where the reader is. */
export function formatTime(time: string | null | undefined): string {
  if (!time) return "–";
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  moment ??= new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return moment.format(date);
}
