import { expect, test } from "vitest";
import { lines, type Result, resultOf, words } from "./result";

const RESULT: Result = {
  sku: "23166",
  description: "JAR",
  dataset: "retail",
  model: "holt_winters",
  method: "grid",
  parameters: { log: false, trend: "damped", seasonal: "none", level: 0.3 },
  tried: 31,
  validation_mase: 0.98,
  metrics: { mase: 1.03, smape: 54.5, naive_mase: 1.1 },
  labels: ["2011-01-03", "2011-01-10", "2011-01-17", "2011-01-24"],
  history: [4, 6],
  actual: [5, 9],
  predicted: [6.5, 7],
  best: [],
  notes: [],
};

test("the past's last value begins what was sold and what was forecast", () => {
  const drawn = lines(RESULT);
  expect(drawn.past).toEqual([4, 6, null, null]);
  expect(drawn.sold).toEqual([null, 6, 5, 9]);
  expect(drawn.forecast).toEqual([null, 6, 6.5, 7]);
  const [first = 0, second = 0] = drawn.x;
  expect(second - first).toBe(7 * 24 * 3600);
});

test("months have numbers, not dates", () => {
  const drawn = lines({ ...RESULT, dataset: "monthly", labels: ["1", "2", "3", "4"] });
  expect(drawn.x).toEqual([1, 2, 3, 4]);
  expect(drawn.isTime).toBe(false);
});

test("one mistaken value does not set the top of the plot", () => {
  expect(lines(RESULT).top).toBeCloseTo(9 * 1.05);
  expect(lines({ ...RESULT, history: [74_215, 6] }).top).toBeCloseTo(9 * 1.05);
  expect(lines({ ...RESULT, history: [100, 6] }).top).toBeCloseTo(100 * 1.05);
});

test("parameters in words leave out what is switched off", () => {
  expect(words(RESULT.parameters)).toBe("trend damped · level 0.3");
  expect(words({ log: true, level: 0.5 })).toBe("log · level 0.5");
  expect(words({})).toBe("as statsmodels estimates");
});

test("jobs of other tasks have no result of a search", () => {
  expect(resultOf({ task: "optimise", result: RESULT })).toBe(RESULT);
  expect(resultOf({ task: "other", result: RESULT })).toBeNull();
  expect(resultOf({ task: "optimise", result: null })).toBeNull();
});
