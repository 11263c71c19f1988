// Taking a node out from its page, and the figures of nodes and workers there, on PostgreSQL.
import { expect, it } from "vitest";
import { confirm, main, node, page, stage, to } from "./harness/stage";
import { until } from "./harness/wait";

type Node = { id: number; name: string; state: string; workers: Record<string, number> };

stage("postgres");

const own = async () => {
  const { items } = await node.get<{ items: Node[] }>("/nodes");
  const [only] = items;
  if (!only) throw new Error("the node does not list itself");
  return only;
};
const row = () => page.getByRole("table", { name: "Nodes" }).getByRole("row").nth(1);

it("drains the node after a question and resumes it, and the focus stays where it was", async () => {
  const { id, name } = await own();
  await to("/workers");
  const drain = row().getByRole("button", { name: `Drain node ${name} ${id}` });
  await drain.click();
  await confirm("Drain");
  await row().getByText("Drained", { exact: true }).waitFor();
  expect((await own()).state).toBe("drained");
  const resume = row().getByRole("button", { name: `Resume node ${name} ${id}` });
  await until("the focus is back", () =>
    resume.evaluate((button) => button === document.activeElement),
  );
  await page.keyboard.press("Enter");
  await row().getByText("Up", { exact: true }).waitFor();
  expect((await own()).state).toBe("up");
});

it("shows each worker of the node, and how the nodes were over time", async () => {
  await to("/workers");
  const { workers } = await own();
  const count = Object.values(workers).reduce((sum, some) => sum + some, 0);
  const rows = page.getByRole("table", { name: "Workers" }).getByRole("row");
  expect(await rows.count()).toBe(count + 1);
  for (const title of ["CPU", "Memory used", "Jobs", "Items finished"]) {
    await main().getByText(title, { exact: true }).last().waitFor();
  }
});
