import { describe, expect, it } from "vitest";
import { fitting, lonePlaces, momentText, TIME_STEPS, tickTexts } from "./plotMarks";

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

  it("are whole, or left out where the axis ends", () => {
    const texts = ["12:00:00", "12:00:10", "12:00:20"];
    const scale = { min: 0, max: 21 };
    const size = { length: 210, room: 4 };
    expect(fitting(texts, [0, 10, 20], scale, size)).toEqual(["12:00:00", "12:00:10", ""]);
    expect(fitting(["12:00"], [19], scale, size)).toEqual(["12:00"]);
    expect(fitting(["12:00"], [5], { min: 5, max: 5 }, size)).toEqual([""]);
  });

  it("never say the same twice beside each other", () => {
    const noon = at(2026, 10, 26, 12);
    for (const step of TIME_STEPS) {
      const [first, second, third] = tickTexts([noon, noon + step, noon + 2 * step]);
      expect(second, `steps of ${step} s`).not.toBe(first);
      expect(third, `steps of ${step} s`).not.toBe(second);
    }
  });

  it("say the moment that is pointed at as exactly as the plot is", () => {
    const moment = at(2026, 10, 26, 12, 5, 7);
    expect(momentText(moment, 600)).toBe("12:05:07");
    expect(momentText(moment, 86_400)).toBe("12:05");
    expect(momentText(moment, 7 * 86_400)).toBe("26 Nov 12:05");
  });
});
