import { type Api, keys, useLiveQuery, usePaceline } from "@paceline/react";

/** Something below a job, read again as the job goes on. */
export function useJobPart<T>(
  id: string,
  part: string,
  rest: unknown[],
  read: (api: Api, signal: AbortSignal) => Promise<T>,
  options: { enabled?: boolean; keep?: boolean } = {},
) {
  const { api } = usePaceline();
  return useLiveQuery<T>({
    key: keys.ofJob(id, part, ...rest),
    read: (signal) => read(api, signal),
    ...options,
  });
}
