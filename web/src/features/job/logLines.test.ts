import { expect, it } from "vitest";
import { findLines, LONGEST, LogLines, MOST_LINES } from "./logLines";

it("takes pieces of whole lines, without colours and endless lines", () => {
  const log = new LogLines();
  log.append("a\n\u001b[31mred\u001b[0m\n");
  log.append("\nb\n");
  log.append(`${"x".repeat(LONGEST + 1)}\n`);
  expect(log.lines.slice(0, 4)).toEqual(["a", "red", "", "b"]);
  expect(log.lines[4]?.length).toBe(LONGEST + 2);
});

it("lets go of the oldest lines, and says of how many", () => {
  const log = new LogLines();
  const many = `${"line\n".repeat(MOST_LINES)}`;
  log.append(many);
  expect(log.dropped).toBe(0);
  log.append(many);
  expect(log.lines.length).toBe(MOST_LINES);
  expect(log.dropped).toBe(MOST_LINES);
});

it("finds lines whatever their case", async () => {
  const signal = new AbortController().signal;
  expect(await findLines(["one", "TWO", "two three"], "two", signal)).toEqual([1, 2]);
});
