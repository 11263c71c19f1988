import type { UseQueryResult } from "@tanstack/react-query";
import { unwrap } from "../api/client";
import type { Job } from "../api/types";
import { usePaceline } from "../context";
import { keys } from "../live/keys";
import { useLiveQuery } from "./useLiveQuery";

/** One job, live. `data` is the job; `error` a `PacelineError`. */
export function useJob(id: string): UseQueryResult<Job> {
  const { api } = usePaceline();
  return useLiveQuery({
    key: keys.job(id),
    read: (signal) => unwrap(api.GET("/api/v1/jobs/{id}", { params: { path: { id } }, signal })),
    enabled: id !== "",
  });
}
