import { describe, expect, it } from "vitest";
import { lonePlaces, momentText, tickTexts } from "./plotMarks";

const at = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0) =>
  new Date(year, month, day, hour, minute, second).getTime() / 1000;

describe("marks of a plot", () => {
  it("are where no line goes", () => {
    expect(lonePlaces([1])).toEqual([0]);
    expect(lonePlaces([null, 1, null, 2, 3, null, 0])).toEqual([1, 6]);
    expect(lonePlaces([1, 2, 3])).toEqual([]);
    expect(lonePlaces([null, undefined])).toEqual([]);
  });

  it("say the time of day, and the date where a day begins", () => {
    const noon = at(2026, 10, 26, 12);
    expect(tickTexts([noon, noon + 30])).toEqual(["12:00:00", "12:00:30"]);
    expect(tickTexts([at(2026, 10, 26, 18), at(2026, 10, 27), at(2026, 10, 27, 6)])).toEqual([
      "18:00",
      "27 Nov",
      "06:00",
    ]);
    expect(tickTexts([at(2026, 10, 1, 1), at(2026, 10, 8, 1)])).toEqual(["1 Nov", "8 Nov"]);
    expect(tickTexts([noon])).toEqual(["12:00"]);
  });

  it("say the moment that is pointed at as exactly as the plot is", () => {
    const moment = at(2026, 10, 26, 12, 5, 7);
    expect(momentText(moment, 600)).toBe("12:05:07");
    expect(momentText(moment, 86_400)).toBe("12:05");
    expect(momentText(moment, 7 * 86_400)).toBe("26 Nov 12:05");
  });
});
