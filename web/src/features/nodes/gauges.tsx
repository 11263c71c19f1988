// What a node's machine does, in a few words.
import { formatBytes } from "@paceline/react";
import type { Node } from "~/lib/shapes";

export function cpuOf({ cpu, load, cores }: Node) {
  if (cpu == null) return "–";
  const title = load == null ? undefined : `load ${load.toFixed(1)} on ${cores} cores`;
  return <span title={title}>{Math.round(cpu * 100)} %</span>;
}

export function memoryOf({ memory_total_bytes: total, memory_available_bytes: free }: Node) {
  if (total == null || free == null) return "–";
  return `${formatBytes(total - free)} of ${formatBytes(total)}`;
}
