// Whether a node takes work.
import { Tag } from "~/components/Tag";
import type { Node } from "~/lib/shapes";

const LOOKS: Record<Node["state"], ["good" | "bad" | "warn", string]> = {
  up: ["good", "Up"],
  draining: ["warn", "Draining"],
  drained: ["warn", "Drained"],
  silent: ["bad", "Silent"],
};

export function NodeTag({ node }: { node: Node }) {
  const [tone, word] = LOOKS[node.state];
  return <Tag tone={isShut(node) ? "warn" : tone}>{word}</Tag>;
}

/** It runs, and a gate keeps it from taking work. */
export const isShut = ({ state, gate }: Node) => state === "up" && gate != null;
