// Where the boxes of a dependency graph go. Pure.
import { graphlib, layout } from "@dagrejs/dagre";
import type { Graph, GraphNode } from "@paceline/react";

export const BOX = { width: 260, height: 58 };

type Point = { x: number; y: number };

export type Placed = {
  width: number;
  height: number;
  boxes: { node: GraphNode; x: number; y: number }[];
  /** Each from the job that is waited for to the one that waits. */
  lines: { id: string; points: Point[] }[];
};

export function place({ job, ancestors, descendants }: Graph): Placed {
  const nodes = new Map([...ancestors, job, ...descendants].map((node) => [node.id, node]));
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", ranksep: 56, nodesep: 18, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of nodes.keys()) graph.setNode(id, { ...BOX });
  for (const node of nodes.values()) {
    for (const before of node.after) if (nodes.has(before)) graph.setEdge(before, node.id);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    boxes: [...nodes.values()].map((node) => {
      const { x, y } = graph.node(node.id) as { x: number; y: number };
      return { node, x: x - BOX.width / 2, y: y - BOX.height / 2 };
    }),
    lines: graph.edges().map((edge) => {
      const { points } = graph.edge(edge) as { points: Point[] };
      // From the middle of one box's side to the middle of the other's.
      const from = graph.node(edge.v) as Point;
      const to = graph.node(edge.w) as Point;
      const ends = [
        { x: from.x + BOX.width / 2, y: from.y },
        ...points.slice(1, -1),
        { x: to.x - BOX.width / 2, y: to.y },
      ];
      return { id: `${edge.v} ${edge.w}`, points: ends };
    }),
  };
}

/** A smooth line through the points. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  let from = first;
  for (const to of rest) {
    const middle = (from.x + to.x) / 2;
    path += `C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
    from = to;
  }
  return path;
}
