// What the node that answers has for tasks that say what they need, and what of it is taken.
import { formatBytes, useQueueStatus } from "@paceline/react";

export function Resources() {
  const resources = Object.entries(useQueueStatus().data?.node.resources ?? {});
  const taken = resources.filter(([, { used }]) => used > 0);
  if (taken.length === 0) return null;
  const said = taken.map(([name, { used, has }]) =>
    name === "memory"
      ? `${formatBytes(used)} of ${formatBytes(has)} of memory`
      : `${used} of ${has} ${name}`,
  );
  return (
    <p className="text-[13px] text-muted">
      Taken by tasks on the node that answers: {said.join(", ")}
    </p>
  );
}
