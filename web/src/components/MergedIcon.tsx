// The mark of merged duplicates, the same wherever they are counted.
import { GitMerge } from "lucide-react";

/** For the `title` of what the icon stands in. */
export const MERGED_TITLE = "Duplicates: each was merged into a job that does the same work";

export function MergedIcon({ size = 14 }: { size?: number }) {
  return <GitMerge size={size} aria-hidden="true" className="shrink-0 text-merged" />;
}
