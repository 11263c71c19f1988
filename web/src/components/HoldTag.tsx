import { formatTime } from "@paceline/react";
import type { Hold } from "~/lib/shapes";
import { Tag } from "./Tag";

/** That nothing of it starts, why, and until when. */
export function HoldTag({ hold }: { hold: Hold | null | undefined }) {
  if (!hold) return <Tag tone="good">Yes</Tag>;
  return (
    <span>
      <Tag tone="warn">Paused</Tag>
      <span className="block text-xs text-muted">
        {hold.reason ?? `since ${formatTime(hold.since)}`}
        {hold.until && `, until ${formatTime(hold.until)}`}
      </span>
    </span>
  );
}
