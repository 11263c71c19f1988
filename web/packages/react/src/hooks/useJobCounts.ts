import type { UseQueryResult } from "@tanstack/react-query";
import { unwrap } from "../api/client";
import type { JobCounts, JobFilter } from "../api/types";
import { usePaceline } from "../context";
import { keys } from "../live/keys";
import { useLiveQuery } from "./useLiveQuery";

/** How many jobs that match are in each state, live. The filter's own states do not count. */
export function useJobCounts(filter: Omit<JobFilter, "state"> = {}): UseQueryResult<JobCounts> {
  const { api } = usePaceline();
  return useLiveQuery({
    key: keys.counts(filter),
    read: (signal) => unwrap(api.GET("/api/v1/jobs/counts", { params: { query: filter }, signal })),
    keep: true,
  });
}
