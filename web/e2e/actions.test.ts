// What can be done with jobs from their list, one and many: the list shows it, and the node has done it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import {
  counts,
  ended,
  type Job,
  NEVER,
  predict,
  races,
  reaches,
  read,
  submit,
} from "./harness/jobs";
import { button, confirm, node, page, question, stage, to } from "./harness/stage";
import { until } from "./harness/wait";

stage();

// Wide enough for the column of priorities.
beforeEach(() => page.setViewportSize({ width: 1600, height: 800 }));

const row = (job: Job) => page.getByRole("row", { name: new RegExp(job.name) });
const shows = (job: Job, words: string) => row(job).getByText(words, { exact: true }).waitFor();
const choose = async (job: Job, entry: string) => {
  await button(`Actions for ${job.name}`).click();
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
};
type Item = { key: string; state: string; finished_at: string };
const itemsOf = async ({ id }: Job) => {
  const { items } = await node.get<{ items: Item[] }>(`/jobs/${id}/items`);
  return new Map(items.map((item) => [item.key, item]));
};

/** As many rows are listed. */
const listed = (count: number) =>
  until(`${count} rows`, async () => (await page.getByRole("row").count()) === count + 1);
const tick = async (...jobs: Job[]) => {
  for (const { name } of jobs) await page.getByLabel(`Select ${name}`).check();
};
const bar = () => page.getByRole("region", { name: "Chosen jobs" });
/** Asks for something, reads what it is for, does it, and reads how many it was done to. */
const act = async (label: string, title: string, verb = label, done = title) => {
  await bar().getByRole("button", { name: label, exact: true }).click();
  await question()
    .getByRole("heading", { name: `${title}?`, exact: true })
    .waitFor();
  await confirm(verb);
  await page.locator("[data-sonner-toast]").getByText(done, { exact: true }).waitFor();
  await bar().waitFor({ state: "detached" });
};
const later = (count: number, user: string) =>
  Promise.all(Array.from({ length: count }, () => submit({ task: "report", user, run_at: NEVER })));
const broken = (user: string) => {
  const fail_until = join(node.folder, user);
  const params = { model: "m", pace_ms: 1, fail_until };
  const items = [{ key: "r1" }, { key: "bad1" }];
  return { fail_until, job: { task: "predict", user, params, items } };
};

it("a row's menu pauses and resumes its job, and gives it another priority", async () => {
  const job = await predict(races(2000), 50, { user: "row" });
  const other = await predict(races(2000), 50, { user: "row" });
  await reaches(job, "running");
  await to("/jobs?user=row");
  await choose(job, "Pause");
  await shows(job, "Paused");
  await reaches(job, "paused");
  await choose(job, "Resume");
  await shows(job, "Running");
  await reaches(job, "running");
  await choose(job, "Urgent priority");
  await shows(job, "Urgent");
  await until("it is urgent", async () => (await read(job)).priority === "urgent");
  await choose(job, "Cancel");
  await question()
    .getByText(/^It is running/)
    .waitFor();
  await confirm("Cancel");
  await row(job).waitFor({ state: "detached" });
  await reaches(job, "cancelled");
  // Nothing of it was done to the row beside it.
  expect(await read(other)).toMatchObject({ state: "running", priority: "normal" });
  await node.post(`/jobs/${other.id}/cancel`, {});
});

it("a row's menu retries what failed, restarts all, and deletes after a question", async () => {
  const { fail_until, job: request } = broken("again");
  const [job, other] = [await submit(request), await submit(request)];
  await Promise.all([job, other].map(ended));
  await to("/jobs?tab=all&user=again");
  await row(job).getByText("1 failed").waitFor();
  const first = (await itemsOf(job)).get("r1");
  writeFileSync(fail_until, "");
  await choose(job, "Retry failed only");
  await row(job).getByText("1 failed").waitFor({ state: "detached" });
  await until("it is mended", async () => (await read(job)).progress.succeeded === 2);
  // What had succeeded was not run again.
  expect((await itemsOf(job)).get("r1")).toEqual(first);
  await shows(job, "Completed");
  await choose(job, "Restart all");
  await question().getByText("All 2 items run again; 2 results are replaced.").waitFor();
  await confirm("Restart");
  await until("all has run again", async () => {
    const again = (await itemsOf(job)).get("r1");
    return again?.state === "succeeded" && again.finished_at !== first?.finished_at;
  });
  await ended(job);
  await shows(job, "Completed");
  await choose(job, "Delete");
  await question().getByRole("button", { name: "Keep as it is" }).click();
  await choose(job, "Delete");
  await question()
    .getByRole("heading", { name: `Delete ${job.name}?` })
    .waitFor();
  await confirm("Delete");
  await row(job).waitFor({ state: "detached" });
  await expect(read(job)).rejects.toThrow("404");
  // What stands beside it is as it was.
  await row(other).getByText("1 failed").waitFor();
  expect((await itemsOf(other)).get("bad1")?.state).toBe("failed");
});

it("what is ticked is paused, resumed and given another priority together", async () => {
  const [one, two, third] = (await later(3, "ticked")) as [Job, Job, Job];
  await to("/jobs?tab=all&user=ticked");
  await listed(3);
  await tick(one, two);
  await act("Pause", "Pause 2 jobs", "Pause", "Pause: 2 jobs");
  await shows(one, "Paused");
  expect(await counts("user=ticked")).toMatchObject({ paused: 2, scheduled: 1 });
  expect((await read(third)).state).toBe("scheduled");
  await tick(one, third);
  // It says of the others why they stay.
  await bar().getByRole("button", { name: "Resume" }).click();
  await question()
    .getByText(/^1 job stays as it is: /)
    .waitFor();
  await question().getByRole("button", { name: "Keep as it is" }).click();
  await act("Resume", "Resume 1 job", "Resume", "Resume: 1 job");
  await shows(one, "Scheduled");
  expect(await counts("user=ticked")).toMatchObject({ paused: 1, scheduled: 2 });
  await tick(one, third);
  await bar().getByRole("button", { name: "Priority" }).click();
  await page.getByRole("menuitem", { name: "High" }).click();
  await question().getByRole("heading", { name: "Give 2 jobs high priority?" }).waitFor();
  await confirm("Change");
  await shows(third, "High");
  const now = await Promise.all([one, two, third].map(read));
  expect(now.map(({ priority }) => priority)).toEqual(["high", "normal", "high"]);
});

it("what is ticked is retried, restarted and deleted together", async () => {
  const { fail_until, job } = broken("ticked-again");
  const [one, two, third] = [await submit(job), await submit(job), await submit(job)];
  await Promise.all([one, two, third].map(ended));
  writeFileSync(fail_until, "");
  await to("/jobs?tab=all&user=ticked-again");
  await listed(3);
  await tick(one, two);
  await act("Retry", "Retry 2 jobs", "Retry", "Retry: 2 jobs");
  await until("both are mended", async () => {
    const now = await Promise.all([read(one), read(two)]);
    return now.every(({ progress }) => progress.succeeded === 2);
  });
  expect((await read(third)).progress.failed).toBe(1);
  await tick(two, third);
  await act("Restart", "Restart 2 jobs", "Restart", "Restart: 2 jobs");
  await until("both have run again", async () => {
    const now = await Promise.all([read(two), read(third)]);
    return now.every(({ state, progress }) => state === "completed" && progress.succeeded === 2);
  });
  await until("the list shows it", async () => (await page.getByText("1 failed").count()) === 0);
  await tick(one, third);
  await act("Delete", "Delete 2 jobs", "Delete", "Delete: 2 jobs");
  await listed(1);
  await shows(two, "Completed");
  expect(await counts("user=ticked-again")).toMatchObject({ completed: 1 });
  await expect(read(one)).rejects.toThrow("404");
});

it("all that match are paused, retried and deleted, on this page or not", async () => {
  const many = (user: string, count: number) =>
    Array.from({ length: count }, () => ({ task: "report", user, run_at: NEVER }));
  await node.post("/jobs/bulk", { jobs: [...many("all", 60), ...many("all-others", 1)] });
  const chooseAll = async (tab: string) => {
    await to(`/jobs?tab=${tab}&user=all`);
    await listed(50);
    await page.getByLabel("Select all of this page").check();
    await button("Select all 60 matching").click();
    await bar().getByText("All 60 matching selected").waitFor();
  };
  await chooseAll("scheduled");
  await act("Pause", "Pause 60 jobs", "Pause", "Pause: 60 jobs");
  await page.getByText("No job matches").waitFor();
  expect(await counts("user=all")).toMatchObject({ paused: 60, scheduled: 0 });
  await node.post("/jobs/actions", { action: "cancel", filter: { user: "all" } });
  await chooseAll("cancelled");
  await act("Retry", "Retry 60 jobs", "Retry", "Retry: 60 jobs");
  await until("all have run", async () => (await counts("user=all")).completed === 60);
  await chooseAll("completed");
  await act("Delete", "Delete 60 jobs", "Delete", "Delete: 60 jobs");
  await page.getByText("No job matches").waitFor();
  expect(Object.values(await counts("user=all")).every((count) => count === 0)).toBe(true);
  expect(await counts("user=all-others")).toMatchObject({ scheduled: 1 });
});
