// What a search leaves, as `forecasts/optimise.py` writes it, and what is drawn of it.

export type Model = "seasonal_naive" | "exponential_smoothing" | "holt_winters";
export type Method = "grid" | "ai";

export const MODELS: Record<Model, string> = {
  seasonal_naive: "Seasonal naive",
  exponential_smoothing: "Exponential smoothing",
  holt_winters: "Holt-Winters",
};
export const METHODS: Record<Method, string> = { grid: "grid", ai: "adaptive" };

type Value = string | number | boolean;

export type Result = {
  sku: string;
  description: string;
  dataset: "retail" | "monthly";
  model: Model;
  method: Method;
  parameters: Record<string, Value>;
  tried: number;
  validation_mase: number;
  metrics: { mase: number | null; smape: number; naive_mase: number | null };
  labels: string[];
  history: number[];
  actual: number[];
  predicted: number[];
  best: { parameters: Record<string, Value>; validation_mase: number }[];
  notes: string[];
};

/** A job's result, if it is one of a search. */
export function resultOf(job: { task: string; result?: unknown }): Result | null {
  return job.task === "optimise" && job.result ? (job.result as Result) : null;
}

/** What a job searches, before it has a result. */
export function titleOf(job: { params: unknown }): string {
  const { sku, model } = job.params as { sku: string; model: Model };
  return `${sku}, ${MODELS[model]}`;
}

/** `trend damped · level 0.3`, without what is switched off. */
export function words(parameters: Record<string, Value>): string {
  const said = Object.entries(parameters)
    .filter(([, value]) => value !== false && value !== "none")
    .map(([name, value]) => (value === true ? name : `${name} ${value}`));
  return said.join(" · ") || "as statsmodels estimates";
}

export function fixed(value: number | null, digits = 3): string {
  return value === null ? "–" : value.toFixed(digits);
}

export type Lines = {
  /** Seconds of the week's beginning, or the number of the month. */
  x: number[];
  isTime: boolean;
  past: (number | null)[];
  sold: (number | null)[];
  forecast: (number | null)[];
  /** The top of the plot: one mistaken value must not press all else to the ground. */
  top: number;
};

/** The past, what came after it, and what was forecast; the past's last value begins both. */
export function lines(result: Result): Lines {
  const { history, actual, predicted, labels } = result;
  const isTime = result.dataset === "retail";
  const gap = Array.from({ length: history.length - 1 }, () => null);
  const last = history.at(-1) ?? null;
  return {
    x: labels.map((label) => (isTime ? Date.parse(label) / 1000 : Number(label))),
    isTime,
    past: [...history, ...actual.map(() => null)],
    sold: [...gap, last, ...actual],
    forecast: [...gap, last, ...predicted],
    top: top([...history, ...actual, ...predicted]),
  };
}

/** The largest value that is not more than twenty times the next. */
function top(values: number[]): number {
  const [largest = 1, next = 0] = values.toSorted((a, b) => b - a);
  return (next > 0 && largest > 20 * next ? next : largest) * 1.05 || 1;
}
