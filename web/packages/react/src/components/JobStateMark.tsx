// A job's state: an icon and a word on one line. The word is always there, so colour is never alone.
import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  GitMerge,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
} from "lucide-react";
import type { Job, JobState } from "../api/types";

const ICONS: Record<JobState, LucideIcon> = {
  scheduled: Clock,
  blocked: Hourglass,
  pending: CircleDashed,
  running: LoaderCircle,
  paused: CirclePause,
  completed: CircleCheck,
  failed: CircleX,
  cancelled: Ban,
  merged: GitMerge,
};

export function stateWord(state: JobState): string {
  return state.charAt(0).toUpperCase() + state.slice(1);
}

export type JobStateMarkProps = {
  state: JobState;
  /** Items that failed although the job completed. */
  failures?: number;
  /** Said instead of the state's own word. */
  word?: string;
};

export function JobStateMark({ state, failures = 0, word: own }: JobStateMarkProps) {
  const partly = state === "completed" && failures > 0;
  const Icon = partly ? CircleAlert : ICONS[state];
  return (
    <span
      className="pl-state"
      data-state={partly ? "partly" : state}
      title={partly ? "Completed with failures" : undefined}
    >
      <Icon className="pl-state-icon" aria-hidden="true" size={15} />
      <span className="pl-state-word">{own ?? stateWord(state)}</span>
      {partly && <span className="pl-hidden"> with failures</span>}
    </span>
  );
}

export function markOf(job: Pick<Job, "state" | "progress">): JobStateMarkProps {
  return { state: job.state, failures: job.progress.failed };
}
