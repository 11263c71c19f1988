// Reading something that events keep true, and that is asked for now and then without them.
import { type QueryKey, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useLiveState, usePaceline } from "../context";
import { nextPoll, type PollMemory } from "../live/polling";

export type LiveQuery<T> = {
  key: QueryKey;
  read: (signal: AbortSignal) => Promise<T>;
  /** Nothing is asked while it is false; what was read before is still patched. */
  enabled?: boolean;
  /** Show the answer to the question before until this one's is there. */
  keep?: boolean;
  /** Asked this often, in ms, while events come too: for what changes without one. */
  every?: number;
};

export function useLiveQuery<T>(query: LiveQuery<T>): UseQueryResult<T> {
  const { key, read, enabled, keep, every } = query;
  const { queries } = usePaceline();
  const live = useLiveState();
  const memory = useRef<PollMemory | undefined>(undefined);
  return useQuery<T>(
    {
      queryKey: key,
      queryFn: ({ signal }) => read(signal),
      enabled: enabled ?? true,
      ...(keep && { placeholderData: (before: T | undefined) => before }),
      refetchInterval: (query) => {
        const { data, dataUpdateCount, errorUpdateCount } = query.state;
        const next = nextPoll(live, memory.current, data, dataUpdateCount + errorUpdateCount);
        memory.current = next || undefined;
        return next ? next.interval : (every ?? false);
      },
    } as Parameters<typeof useQuery<T>>[0],
    queries,
  );
}
