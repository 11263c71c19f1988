// The figures and the order that the pages show are those of the node.
import { beforeAll, expect, it } from "vitest";
import { counts, ended, type Job, NEVER, predict, races, reaches, submit } from "./harness/jobs";
import { main, node, page, stage, to } from "./harness/stage";
import { until } from "./harness/wait";

type Status = {
  jobs: Record<string, number>;
  running: Job[];
  workers: { state: string }[];
};

stage();

beforeAll(async () => {
  const bad = [{ key: "r1" }, { key: "bad1" }];
  await ended(await predict(races(40), 10, { user: "sorted" }));
  await ended(await predict(bad, 1, { user: "sorted", priority: "low" }));
  await ended(await predict(bad.slice(1), 30, { user: "sorted", priority: "urgent" }));
  await ended(await submit({ task: "report", user: "sorted", priority: "high" }));
  for (const priority of ["high", "normal"])
    await submit({ task: "report", user: "sorted", priority, run_at: NEVER });
  const paused = await submit({ task: "report", user: "sorted", run_at: NEVER });
  await node.post(`/jobs/${paused.id}/pause`);
  const params = { which: "the same" };
  const twice = { task: "report", params, on_duplicate: "merge", run_at: NEVER };
  for (const _ of [1, 2]) await submit(twice);
  // Of two that run one is done with something, and neither ends by itself.
  for (const user of ["one", "two"])
    await reaches(await predict(races(4000), 100, { user }), "running");
});

it("the table is in the node's order, by each column and in both directions", async () => {
  const names = async () => {
    const links = page.getByRole("table").locator("tbody a.pl-name");
    return (await links.allTextContents()).join(" ");
  };
  const orders = new Set<string>();
  for (const [label, sort] of [
    ["Status", "state"],
    ["Progress", "progress"],
    ["Priority", "priority"],
    ["Created", "created_at"],
    ["Duration", "duration"],
  ] as const) {
    await page.setViewportSize({ width: 1600, height: 800 });
    await to("/jobs?tab=all&user=sorted");
    for (const direction of sort === "created_at" ? ["", "-"] : ["-", ""]) {
      const column = page.getByRole("columnheader", { name: label });
      await column.getByRole("button").click();
      await page.waitForURL(({ search }) => search.includes(`sort=${direction}${sort}`));
      const { items } = await node.get<{ items: Job[] }>(
        `/jobs?user=sorted&sort=${direction}${sort}`,
      );
      expect(items.length).toBe(7);
      const wanted = items.map(({ name }) => name).join(" ");
      await until(`${direction}${sort} is shown`, async () => (await names()) === wanted);
      const said = await column.getAttribute("aria-sort");
      expect(said).toBe(direction ? "descending" : "ascending");
      orders.add(wanted);
    }
  }
  // They are different orders: it was not one that stayed.
  expect(orders.size).toBeGreaterThan(6);
});

it("the overview's figures are the node's", async () => {
  await to("/");
  const status = () => node.get<Status>("/status");
  const card = async (label: string) => {
    const text = await main()
      .getByRole("listitem")
      .filter({ hasText: label })
      .first()
      .textContent();
    return Number((text ?? "").replace(label, "").replaceAll(",", ""));
  };
  const { jobs, running, workers } = await status();
  const of = (...states: string[]) => states.reduce((sum, state) => sum + (jobs[state] ?? 0), 0);
  expect(await counts("")).toEqual(jobs);
  for (const [label, count, least] of [
    ["Running", of("running"), 2],
    ["Waiting", of("pending", "blocked", "paused"), 1],
    ["Scheduled", of("scheduled"), 3],
    ["Completed", of("completed"), 3],
    ["Failed", of("failed"), 1],
    ["Merged", of("merged"), 1],
    ["All", of(...Object.keys(jobs)), 11],
  ] as const) {
    expect(count, label).toBeGreaterThanOrEqual(least);
    await until(`${label} is ${count}`, async () => (await card(label)) === count);
  }
  await main().getByText(`${running.length} jobs run`).waitFor();
  const rows = page.getByRole("table", { name: "Running jobs" }).locator("tbody a.pl-name");
  const shown = (await rows.allTextContents()).toSorted();
  expect(shown).toEqual(running.map(({ name }) => name).toSorted());
  await main()
    .getByText(new RegExp(`[12] of ${workers.length} busy`))
    .waitFor();
  // What all of them have done together moves on with the node.
  const done = async () => {
    const text =
      (await main()
        .getByText(/ of 8,000 items/)
        .textContent()) ?? "";
    return Number(/([0-9,]+) of 8,000/.exec(text)?.[1]?.replaceAll(",", ""));
  };
  const before = (await status()).running.reduce((sum, job) => sum + job.progress.done, 0);
  await until("it is as far as the node was", async () => (await done()) >= before);
  const after = (await status()).running.reduce((sum, job) => sum + job.progress.done, 0);
  expect(await done()).toBeLessThanOrEqual(after + 40);
});
