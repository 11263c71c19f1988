// What every list shows while it is read, when it cannot be, and when nothing is in it.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState, Loading } from "./Blank";

export type LoadedProps<T> = {
  query: UseQueryResult<T>;
  /** What is read: "the tasks". */
  what: string;
  /** Shown instead when there is nothing. */
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ReactNode;
};

export function Loaded<T>({ query, what, empty, isEmpty, children }: LoadedProps<T>) {
  const { data, error, refetch } = query;
  if (data === undefined) {
    if (error) return <ErrorState error={error} retry={() => void refetch()} />;
    return <Loading label={`Loading ${what}`} className="h-48" />;
  }
  if (empty && isEmpty?.(data)) return <>{empty}</>;
  return <>{children(data)}</>;
}
