import type { UseQueryResult } from "@tanstack/react-query";
import { unwrap } from "../api/client";
import type { JobPage, JobsQuery } from "../api/types";
import { usePaceline } from "../context";
import { keys } from "../live/keys";
import { useLiveQuery } from "./useLiveQuery";

export type UseJobsOptions = {
  /** Rows stay where they are (their contents go on): while people choose among them. */
  hold?: boolean;
};

/** A page of jobs, live: `useJobs({ state: "running,pending", user: "ana", limit: 20 })`. */
export function useJobs(query: JobsQuery = {}, { hold = false }: UseJobsOptions = {}) {
  const { api } = usePaceline();
  const result: UseQueryResult<JobPage> = useLiveQuery({
    key: keys.jobs(query),
    read: (signal) => unwrap(api.GET("/api/v1/jobs", { params: { query }, signal })),
    enabled: !hold,
    keep: true,
  });
  return result;
}
