// Changing what was read in its place.
import type { QueryClient, QueryKey } from "@tanstack/react-query";

/**
 * Changes all answers whose key begins so. What was stale stays stale: of a list that is held, or not
 * shown just now, the rows may be right while those that belong there are others.
 */
export function rewrite<T>(client: QueryClient, key: QueryKey, change: (answer: T) => T): void {
  for (const query of client.getQueryCache().findAll({ queryKey: key })) {
    const before = query.state.data as T | undefined;
    if (before === undefined) continue;
    const { isInvalidated, dataUpdatedAt } = query.state;
    const after = change(before);
    if (after === before) continue;
    client.setQueryData<T>(query.queryKey, () => after, { updatedAt: dataUpdatedAt });
    if (isInvalidated) query.invalidate();
  }
}
