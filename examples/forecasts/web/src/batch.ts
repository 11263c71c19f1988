// What is asked before a batch is cancelled. Pure.
import { type components, formatCount } from "@paceline/react";

export type Batch = components["schemas"]["Batch"];

const UNFINISHED = ["scheduled", "blocked", "pending", "running", "paused"];

export function cancelQuestion({ name, jobs }: Pick<Batch, "name" | "jobs">) {
  const count = UNFINISHED.reduce((sum, state) => sum + (jobs[state] ?? 0), 0);
  const running = jobs.running ?? 0;
  const first = running > 0 ? `${formatCount(running)} of them running. ` : "";
  return {
    title: `Cancel ${count === 1 ? "1 job" : `${formatCount(count)} jobs`} of ${name}?`,
    text: `${first}What runs is stopped; what is recorded stays.`,
  };
}
