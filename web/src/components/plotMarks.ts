// What a plot writes and marks besides its lines. Pure.

const DAY = 86_400;

/** Times along the axis: of day, with seconds where two would read the same; dates where days begin. */
export function tickTexts(times: readonly number[]): string[] {
  const step = times.length > 1 ? (times[1] ?? 0) - (times[0] ?? 0) : 60;
  return times.map((time) => {
    const date = new Date(time * 1000);
    const begins = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (step >= DAY || (begins && times.length > 1)) return dateText(date);
    return clockText(date, step < 60);
  });
}

const MINUTE = 60;
const HOUR = 3600;

/** Steps between times: none is shorter than what their texts can tell. */
export const TIME_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * HOUR),
  ...[1, 2, 3, 7, 14, 28].map((count) => count * DAY),
];

/** Half of what a character of a text takes, in pixels, a little more than less. */
const HALF_CHARACTER = 3.2;

/** Texts that would be cut off at the end of the axis are left out; `room` is in pixels. */
export function fitting(
  texts: readonly string[],
  times: readonly number[],
  { min = 0, max = 1 }: { min?: number; max?: number },
  { length, room }: { length: number; room: number },
): string[] {
  const pixels = length / (max - min || 1);
  return texts.map((text, place) => {
    const left = (max - (times[place] ?? max)) * pixels + room;
    return left < text.length * HALF_CHARACTER ? "" : text;
  });
}

/** The moment that is pointed at; its date too where the plot is of more than a day. */
export function momentText(time: number, span: number): string {
  const date = new Date(time * 1000);
  const clock = clockText(date, span < 3600);
  return span > DAY * 1.5 ? `${dateText(date)} ${clock}` : clock;
}

function dateText(date: Date): string {
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}

function clockText(date: Date, seconds: boolean): string {
  return date.toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds && { second: "2-digit" }),
  });
}

/** Places of values with nothing at either side: no line goes through them. */
export function lonePlaces(values: readonly (number | null | undefined)[]): number[] {
  const there = (place: number) => values[place] !== null && values[place] !== undefined;
  return values.flatMap((_, place) =>
    there(place) && !there(place - 1) && !there(place + 1) ? [place] : [],
  );
}
