// The page stays true whatever happens to its stream of events.
import { describe, expect, it } from "vitest";
import { counts, type Job, predict, races, read, submit } from "./harness/jobs";
import { settled } from "./harness/pages";
import { gate, mark, node, page, stage } from "./harness/stage";
import { STORES } from "./harness/stores";
import { until } from "./harness/wait";

const PASSING = ["job.progress", "job.log"];

type Event = { seq: number; type: string };

describe.each(STORES)("on %s", (store) => {
  stage(store);

  const PACE_MS = 50;
  /** The page was told of all that happened to the job since it listens, but for what was stale. */
  const expectTold = async (job: Job, since = Math.min(...gate.events)) => {
    const { items } = await node.get<{ items: Event[] }>(`/jobs/${job.id}/events?limit=500`);
    const lasting = items.filter(({ type, seq }) => !PASSING.includes(type) && seq >= since);
    expect(gate.events).toEqual(expect.arrayContaining(lasting.map(({ seq }) => seq)));
  };

  it("the node is killed and started under an open page: it catches up without a gap", async () => {
    const job = await predict(races(60), PACE_MS);
    await page.goto(`${gate.url}/jobs/${job.id}`);
    const progress = page.getByRole("region", { name: "Progress" });
    await mark("Live");
    await until("some is done", async () => {
      return (await read(job)).progress.done > 4;
    });
    await page.evaluate(() => Object.assign(window, { stayed: true }));
    await node.kill();
    await page.getByRole("alert").getByText("The server does not answer").waitFor();
    await mark("Reconnecting");
    await node.up();
    // What happens before the page is back must be told to it afterwards.
    const meanwhile = await submit({ task: "report" });
    await mark("Live");
    await progress.locator(".pl-state", { hasText: "Completed" }).waitFor();
    expect(await progress.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("100");
    expect(await page.evaluate(() => "stayed" in window)).toBe(true);
    expect(await page.getByRole("alert").count()).toBe(0);
    for (const its of [job, meanwhile]) await expectTold(its);
    // Nothing was told twice: it went on where it had broken off.
    expect(new Set(gate.events).size).toBe(gate.events.length);
  });

  it("jobs that ran while nobody listened are in the list when the stream is back", async () => {
    await page.goto(`${gate.url}/jobs?tab=all&user=gap`);
    await page.getByText("No job matches").waitFor();
    await mark("Live");
    // It need not have heard of anything yet: it knows where its stream began.
    gate.obey(() => ({ status: 502 }));
    const jobs = await Promise.all(
      [1, 2, 3].map(() => predict(races(2), PACE_MS, { user: "gap" })),
    );
    await until("they have ended", async () => {
      return (await counts("user=gap")).completed === 3;
    });
    gate.obey(() => "pass");
    await mark("Live");
    const rows = page.getByRole("row", { name: /Completed/ });
    await until("all are listed", async () => (await rows.count()) === 3);
    for (const job of jobs) await expectTold(job, 0);
  });

  // What the store has no part in is seen on one of them.
  if (store !== STORES[0]) return;

  it("a proxy holds the stream back: the page asks instead, ever less often while nothing changes", async () => {
    gate.obey(({ path }) => (path.startsWith("/api/v1/events") ? "head" : "pass"));
    await page.goto(`${gate.url}/jobs?tab=all&user=polled`);
    await settled(page);
    const asked = () =>
      gate.calls.filter(({ path }) => path.startsWith("/api/v1/jobs?")).map(({ at }) => at);
    await until("it asks again and again", async () => asked().length >= 3);
    const [first = 0, second = 0, third = 0] = asked();
    expect(second - first).toBeLessThan(3000);
    expect(third - second).toBeGreaterThan((second - first) * 1.2);
    await mark("Polling");
    const job = await predict(races(4), PACE_MS, { user: "polled" });
    await page.getByRole("row", { name: new RegExp(job.name) }).waitFor();
    await page.getByRole("row", { name: /Completed/ }).waitFor();
    // And it is told of things as they happen as soon as that can be had again.
    gate.obey(() => "pass");
    await mark("Live");
  });
});
