// A word about the state of something that is no job, with its colour.
import type { ReactNode } from "react";

type Tone = "good" | "bad" | "warn" | "plain";

const TONES: Record<Tone, string> = {
  good: "text-completed",
  bad: "text-failed",
  warn: "text-paused",
  plain: "text-muted",
};

export function Tag({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 align-top text-[13px] font-medium ${TONES[tone]}`}
    >
      <span aria-hidden="true" className="size-1.5 shrink-0 rounded-full bg-current" />
      {children}
    </span>
  );
}
