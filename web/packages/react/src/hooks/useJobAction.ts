// Doing something to a job: shown at once, taken back when the server refuses.
import { type QueryClient, useMutation } from "@tanstack/react-query";
import { type Api, unwrap } from "../api/client";
import type { Job, JobPage, JobState, PatchRequest } from "../api/types";
import { usePaceline } from "../context";
import { keys } from "../live/keys";
import { rewrite } from "../live/rewrite";

export type JobAction =
  | { action: "cancel"; reason?: string }
  | { action: "pause" | "resume" | "retry" | "restart" | "delete" }
  | { action: "change"; change: PatchRequest };

export type JobActionCall = { id: string } & JobAction;

async function call(api: Api, request: JobActionCall): Promise<Job | undefined> {
  const params = { path: { id: request.id } };
  switch (request.action) {
    case "cancel": {
      const body = request.reason ? { reason: request.reason } : {};
      return unwrap(api.POST("/api/v1/jobs/{id}/cancel", { params, body }));
    }
    case "pause":
      return unwrap(api.POST("/api/v1/jobs/{id}/pause", { params }));
    case "resume":
      return unwrap(api.POST("/api/v1/jobs/{id}/resume", { params }));
    case "retry":
      return unwrap(api.POST("/api/v1/jobs/{id}/retry", { params }));
    case "restart":
      return unwrap(api.POST("/api/v1/jobs/{id}/restart", { params }));
    case "change":
      return unwrap(api.PATCH("/api/v1/jobs/{id}", { params, body: request.change }));
    case "delete":
      await unwrap(api.DELETE("/api/v1/jobs/{id}", { params }));
      return undefined;
  }
}

const EXPECTED: Partial<Record<JobAction["action"], JobState>> = {
  cancel: "cancelled",
  pause: "paused",
  resume: "pending",
  retry: "pending",
  restart: "pending",
};

/** The job as it will most likely be; the server's answer follows. */
export function expected(job: Job, request: JobAction): Job {
  if (request.action === "change") {
    const { priority, run_at, labels } = request.change;
    return {
      ...job,
      ...(priority && { priority }),
      ...(run_at !== undefined && { run_at }),
      ...(labels && { labels }),
    };
  }
  const state = EXPECTED[request.action];
  return state ? { ...job, state } : job;
}

/** Writes the job wherever it is shown. */
export function writeJob(queries: QueryClient, id: string, change: (job: Job) => Job): void {
  rewrite<Job>(queries, keys.job(id), change);
  rewrite<JobPage>(queries, ["jobs"], (page) => {
    if (!page.items.some((job) => job.id === id)) return page;
    return { ...page, items: page.items.map((job) => (job.id === id ? change(job) : job)) };
  });
}

function known(queries: QueryClient, id: string): Job | undefined {
  const alone = queries.getQueryData<Job>(keys.job(id));
  if (alone) return alone;
  const pages = queries.getQueriesData<JobPage>({ queryKey: ["jobs"] });
  return pages.flatMap(([, page]) => page?.items ?? []).find((job) => job.id === id);
}

export function useJobAction() {
  const { api, queries } = usePaceline();
  return useMutation<Job | undefined, Error, JobActionCall, Job | undefined>(
    {
      mutationFn: (request) => call(api, request),
      onMutate: (request) => {
        const before = known(queries, request.id);
        writeJob(queries, request.id, (job) => expected(job, request));
        return before;
      },
      onError: (_error, request, before) => {
        if (before) writeJob(queries, request.id, () => before);
        void queries.invalidateQueries({ queryKey: keys.job(request.id) });
      },
      onSuccess: (job, request) => {
        if (job) writeJob(queries, request.id, () => job);
        if (request.action === "delete") queries.removeQueries({ queryKey: keys.job(request.id) });
        for (const family of ["jobs", "job-counts", "status"]) {
          void queries.invalidateQueries({ queryKey: [family] });
        }
      },
    },
    queries,
  );
}
