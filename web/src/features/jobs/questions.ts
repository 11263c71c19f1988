// What is asked before something that cannot be taken back. Pure.
import { formatCount, type Job } from "@paceline/react";

export type Risky = "cancel" | "restart" | "delete";

type Question = { verb: string; one: (job: Job) => string; many: string };

function items(count: number): string {
  return count === 1 ? "1 item" : `${formatCount(count)} items`;
}

export const QUESTIONS: Record<Risky, Question> = {
  cancel: {
    verb: "Cancel",
    one: ({ state, progress }) => {
      const rest = progress.total > 1 ? ` ${items(progress.remaining)} will not be run.` : "";
      if (state !== "running") return `It has not ended yet and will not go on.${rest}`;
      return `It is running: its workers are told at once and stopped after the grace.${rest}`;
    },
    many: "Running ones are told at once and stopped after the grace. What is done stays.",
  },
  restart: {
    verb: "Restart",
    one: ({ progress }) =>
      progress.total > 1
        ? `All ${items(progress.total)} run again; ${formatCount(progress.succeeded)} results are replaced.`
        : "It runs again; its result is replaced.",
    many: "All of their items run again, and their results are replaced.",
  },
  delete: {
    verb: "Delete",
    one: () => "Its items, results, log and timeline are removed for good.",
    many: "Their items, results, logs and timelines are removed for good.",
  },
};
