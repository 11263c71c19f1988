// The stores that a test runs on, each with a server of its own where it needs one.
import { Node } from "./node";
import { startPostgres } from "./postgres";

/** Pictures look the same on both. */
export const STORES =
  process.env.PACELINE_PICTURES === undefined
    ? (["sqlite", "postgres"] as const)
    : (["sqlite"] as const);

export type StoreName = "sqlite" | "postgres";

export type Started = { node: Node; end: () => Promise<void> };

/** A node on an empty store; `more` is added to its settings. */
export async function startOn(store: StoreName, more = ""): Promise<Started> {
  const postgres = store === "postgres" ? startPostgres() : undefined;
  try {
    const node = await Node.start(postgres?.url, more);
    const end = async () => {
      await node.end();
      postgres?.stop();
    };
    return { node, end };
  } catch (fault) {
    postgres?.stop();
    throw fault;
  }
}
