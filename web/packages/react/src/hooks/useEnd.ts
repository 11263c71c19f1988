import { useEffect, useRef } from "react";
import { isTerminal } from "../actions";
import type { Job } from "../api/types";

/** Calls once when a job that was seen unfinished has ended. */
export function useEnd(job: Job | undefined, onEnd: ((job: Job) => void) | undefined): void {
  const seen = useRef<string | null>(null);
  const call = useRef(onEnd);
  call.current = onEnd;
  useEffect(() => {
    if (!job) return;
    if (!isTerminal(job.state)) {
      seen.current = job.id;
    } else if (seen.current === job.id) {
      seen.current = null;
      call.current?.(job);
    }
  }, [job]);
}
