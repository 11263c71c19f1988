// All pages, with something on each of them.

import type { Page } from "playwright-core";
import type { Node } from "./node";
import { until } from "./wait";

type Named = { id: string };

/** Fills a node, and names the address of each page. */
export async function fill(node: Node): Promise<Record<string, string>> {
  const params = { model: "2026-10", pace_ms: 5, fail_until: "" };
  const items = (count: number, word = "r") =>
    Array.from({ length: count }, (_, place) => ({ key: `${word}${place + 1}` }));
  const job = (more: object) => node.post<Named>("/jobs", { task: "predict", params, ...more });
  await node.post("/batches", { name: "nightly", reason: "All races of the night" });
  const failed = await job({ items: [...items(6), ...items(2, "bad")], batch: "nightly" });
  await job({ items: items(12), batch: "nightly", user: "ana", labels: { team: "a" } });
  const single = await node.post<Named>("/jobs", { task: "report", user: "ben" });
  await job({ items: items(3), priority: "high", run_at: "2099-01-01T06:00:00Z" });
  await node.post("/templates", {
    name: "weekly",
    job: { task: "predict", params, items: items(5) },
  });
  const schedule = await node.post<Named>("/schedules", {
    name: "every-morning",
    cron: "0 6 * * *",
    timezone: "Europe/Paris",
    template: "weekly",
  });
  await until("what is short has ended", async () => {
    const states = await Promise.all(
      [failed, single].map(({ id }) => node.get<{ state: string }>(`/jobs/${id}`)),
    );
    return states.every(({ state }) => state === "completed" || state === "failed");
  });
  // Longer than anybody looks at it.
  const slow = await job({ params: { ...params, pace_ms: 250 }, items: items(4000, "slow") });
  const child = await node.post<Named>("/jobs", { task: "report", after: [slow.id, failed.id] });
  return {
    overview: "/",
    jobs: "/jobs?tab=all",
    job: `/jobs/${failed.id}`,
    log: `/jobs/${failed.id}?tab=log`,
    timeline: `/jobs/${failed.id}?tab=timeline`,
    plots: `/jobs/${slow.id}?tab=plots`,
    result: `/jobs/${single.id}?tab=result`,
    options: `/jobs/${failed.id}?tab=options`,
    graph: `/jobs/${child.id}?tab=graph`,
    launch: "/launch?task=predict",
    batches: "/batches",
    batch: "/batches/nightly",
    schedules: "/schedules",
    schedule: `/schedules/${schedule.id}`,
    templates: "/templates",
    tasks: "/tasks",
    task: "/tasks/predict",
    workers: "/workers",
    queues: "/queues",
    settings: "/settings",
  };
}

/** The page has read what it shows. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole("main").locator("h1").first().waitFor();
  await until("nothing is read any more", async () => {
    return (await page.getByRole("main").locator(".pl-waiting").count()) === 0;
  });
}
