import type { UseQueryResult } from "@tanstack/react-query";
import { unwrap } from "../api/client";
import type { Status } from "../api/types";
import { usePaceline } from "../context";
import { keys } from "../live/keys";
import { useLiveQuery } from "./useLiveQuery";

/** What is going on: counts of jobs by state, running jobs, workers, alerts. */
export function useQueueStatus(): UseQueryResult<Status> {
  const { api } = usePaceline();
  return useLiveQuery({
    key: keys.status(),
    read: (signal) => unwrap(api.GET("/api/v1/status", { signal })),
  });
}
