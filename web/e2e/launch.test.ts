// A job as the form launches it, and what the page says when one's own jobs end.
import { expect, it } from "vitest";
import { counts, ended, type Job, predict, races, submit } from "./harness/jobs";
import { button, confirm, gate, mark, node, page, question, stage, to } from "./harness/stage";
import { until } from "./harness/wait";

type Launched = Job &
  Record<"user" | "queue" | "key" | "batch" | "run_at", string> & {
    labels: Record<string, string>;
    options: Record<string, unknown>;
  };

stage();

/** The job that was launched: its page is open now. */
const launched = async () => {
  await button("Launch").click();
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  return node.get<Launched>(`/jobs/${id}`);
};
const toasts = () => page.locator("[data-sonner-toast]");
/** Does something with all that are listed: from then on they are one's own. */
const touchAll = async (count: number) => {
  await page.getByLabel("Select all of this page").check();
  await button("Priority").click();
  await page.getByRole("menuitem", { name: "High" }).click();
  await question()
    .getByRole("heading", { name: `Give ${count} jobs high priority?` })
    .waitFor();
  await confirm("Change");
  await toasts().getByText(`Change: ${count} jobs`).waitFor();
};

it("every option of the form is an option of the job", async () => {
  await node.post("/batches", { name: "nightly" });
  await to("/launch?task=predict");
  await page.getByLabel(/^model/).fill("2026-10");
  await page.getByLabel("Items", { exact: true }).fill('r1\n{"key": "r2", "payload": {"race": 2}}');
  await page.getByLabel("Which items to run").selectOption("only_new");
  await page.getByLabel("Priority").selectOption("high");
  await page.getByLabel("Key", { exact: true }).fill("dealer-7");
  await page.getByLabel("Start time").fill("2099-06-01T06:30");
  await page.getByText("More options").click();
  for (const [label, text] of [
    ["Queue", "night"],
    ["User", "ana"],
    ["Batch", "nightly"],
    ["Labels", "team=a, kind=test"],
    ["Workers at most", "1"],
    ["Items in a chunk at most", "3"],
    ["Items at once in a worker", "2"],
    ["Memory of a worker", "2GiB"],
    ["Time for an item", "30s"],
    ["Time for the job", "5h"],
    ["Attempts of an item", "4"],
    ["Failures borne", "10%"],
  ] as const) {
    await page.getByLabel(label, { exact: true }).fill(text);
  }
  await page.getByLabel("When it is a duplicate").selectOption("allow");
  const job = await launched();
  expect(job).toMatchObject({
    state: "scheduled",
    priority: "high",
    user: "ana",
    queue: "night",
    key: "dealer-7",
    batch: "nightly",
    labels: { team: "a", kind: "test" },
    progress: { total: 2 },
    options: {
      workers: 1,
      chunk_size: 3,
      concurrency: 2,
      max_memory: "2GiB",
      item_timeout: "30s",
      timeout: "5h",
      retry: { attempts: 4 },
      max_failures: "10%",
      only_new: true,
    },
  });
  // The reader's time of day.
  expect(Date.parse(job.run_at)).toBe(Date.parse("2099-06-01T06:30"));
  const { items } = await node.get<{ items: { key: string; payload: unknown }[] }>(
    `/jobs/${job.id}/items`,
  );
  expect(items.map(({ key, payload }) => [key, payload])).toEqual([
    ["r1", null],
    ["r2", { race: 2 }],
  ]);
});

it("only new items are run, or all of them by force", async () => {
  await ended(await predict(races(2), 1));
  for (const [which, counts] of [
    ["only_new", { succeeded: 1, skipped: 2 }],
    ["force", { succeeded: 3, skipped: 0 }],
  ] as const) {
    await to("/launch?task=predict");
    await page.getByLabel(/^model/).fill("m");
    await page.getByLabel("Items", { exact: true }).fill(`r1\nr2\nnew-${which}`);
    await page.getByLabel("Which items to run").selectOption(which);
    expect((await ended(await launched())).progress).toMatchObject(counts);
  }
});

it("says when one's own jobs end, how, and leads to them; of others' it says nothing", async () => {
  await to("/launch?task=report");
  const job = await launched();
  await toasts().getByText(`${job.name} completed`).waitFor();
  const items = [
    { key: "well", payload: { words: "fine" } },
    { key: "bad", payload: { words: "no such race", fails: true } },
  ];
  await node.post("/queues/held/pause", {});
  const held = { task: "say", user: "mine", queue: "held" };
  const failing = await submit({ ...held, items: items.slice(1) });
  const partly = await submit({ ...held, items });
  const other = await submit({ ...held, user: "other", items: items.slice(1) });
  await to("/jobs?user=mine");
  await touchAll(2);
  // It knows after a reload too which are one's own.
  await page.reload();
  await mark("Live");
  await node.post("/queues/held/resume");
  await toasts().getByText(`${failing.name} failed`).waitFor();
  const told = toasts().filter({ hasText: `${partly.name} completed` });
  await told.getByText("1 of 2 succeeded").waitFor();
  await ended(other);
  expect(await toasts().filter({ hasText: other.name }).count()).toBe(0);
  await told.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(new RegExp(partly.id));
});

it("says of many that ended together how many they were", async () => {
  await node.post("/queues/many/pause", {});
  const one = { task: "report", user: "many", queue: "many" };
  await node.post("/jobs/bulk", { jobs: Array.from({ length: 6 }, () => one) });
  await to("/jobs?user=many", gate.url);
  await mark("Live");
  await touchAll(6);
  gate.obey(({ path }) => (path.startsWith("/api/v1/events") ? { status: 502 } : "pass"));
  await node.post("/queues/many/resume");
  await until("they have ended", async () => (await counts("user=many")).completed === 6);
  gate.obey(() => "pass");
  await toasts().getByText("6 jobs ended", { exact: true }).waitFor();
});
