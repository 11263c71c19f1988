// Doing something to many jobs at once, on the server; and counting what it would do.
import { useMutation } from "@tanstack/react-query";
import { unwrap } from "../api/client";
import type { ActionsRequest, Controlled } from "../api/types";
import { usePaceline } from "../context";
import { useLiveQuery } from "./useLiveQuery";

export function useBulkAction() {
  const { api, queries } = usePaceline();
  return useMutation<Controlled, Error, ActionsRequest>(
    {
      mutationFn: (body) => unwrap(api.POST("/api/v1/jobs/actions", { body })),
      onSettled: () => queries.invalidateQueries(),
    },
    queries,
  );
}

/** What the action would do now; nothing is asked while `request` is null. */
export function useBulkPreview(request: ActionsRequest | null) {
  const { api } = usePaceline();
  return useLiveQuery<Controlled>({
    key: ["jobs-preview", request],
    read: (signal) =>
      unwrap(
        api.POST("/api/v1/jobs/actions", {
          body: { ...(request as ActionsRequest), dry_run: true },
          signal,
        }),
      ),
    enabled: request !== null,
  });
}
