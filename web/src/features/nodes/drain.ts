// Asking a node to take no more work, or to take it again.
import { unwrap } from "@paceline/react";
import type { Node } from "~/lib/shapes";
import { useChange } from "~/lib/useChange";

const params = (node: Node) => ({ params: { path: { name: String(node.id) } } });

export function useDrain(node: Node, onDone: () => void) {
  return useChange({
    run: (api) => unwrap(api.POST("/api/v1/nodes/{name}/drain", params(node))),
    done: () => `Node ${node.name} takes no more work`,
    onDone,
  });
}

export function useResume(node: Node) {
  return useChange({
    run: (api) => unwrap(api.POST("/api/v1/nodes/{name}/resume", params(node))),
    done: () => `Node ${node.name} takes work again`,
  });
}
