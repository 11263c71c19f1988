// What an estimate is made of, in words. Pure.
import { formatCount, type Job } from "@paceline/react";

type Estimate = NonNullable<Job["estimate"]>;

/** Whole jobs tell how most of them did; items only how far they strayed. */
export function basisText({ based_on, of }: Pick<Estimate, "based_on" | "of">): string {
  const count = formatCount(based_on);
  return of === "jobs" ? `as 8 of 10 of the last ${count} jobs` : `by its last ${count} items`;
}
