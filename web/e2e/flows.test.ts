// What people do with jobs, in a real browser, on a real node with real workers, on both stores.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { counts, type Job, NEVER, predict, races, read, submit } from "./harness/jobs";
import {
  anotherBrowser,
  button,
  confirm,
  main,
  mark,
  node,
  page,
  question,
  says,
  stage,
  to,
} from "./harness/stage";
import { STORES } from "./harness/stores";
import { until } from "./harness/wait";

describe.each(STORES)("on %s", (store) => {
  stage(store);

  const done = async () =>
    Number(await main().getByRole("progressbar").first().getAttribute("aria-valuenow"));

  it("launches from the form, and shows the job live until it ends", async () => {
    await to("/launch");
    await page.getByRole("combobox", { name: /^Task/ }).selectOption("predict");
    await button("Launch").click();
    // What is missing is said at its field, before anything is sent.
    await page.getByText("is required").waitFor();
    await page.getByLabel(/^model/).fill("2026-10");
    await page.getByLabel(/^pace_ms/).fill("100");
    await page.getByLabel("Items", { exact: true }).fill(
      races(40)
        .map(({ key }) => key)
        .join("\n"),
    );
    await page.getByText("More options").click();
    await page.getByLabel("Time for an item").fill("soon");
    await button("Launch").click();
    // So is what only the node knows.
    const field = page.getByLabel("Time for an item");
    await until("the field is marked", () => field.getAttribute("aria-invalid"));
    await field.fill("30s");
    await button("Launch").click();
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/);
    const seen = new Set<number>();
    await until("the bar has moved on its own", async () => {
      const percent = await done();
      if (percent > 0 && percent < 100) seen.add(percent);
      return seen.size >= 2;
    });
    await says("Completed");
    expect(await done()).toBe(100);
  });

  it("is right again after going elsewhere, a reload, and the browser's end", async () => {
    const job = await predict(races(200), 100);
    await to(`/jobs/${job.id}`);
    await until("it runs", async () => (await done()) > 0);
    await page.getByRole("link", { name: "Tasks" }).first().click();
    await page.getByRole("table", { name: "Tasks" }).waitFor();
    const before = (await read(job)).progress.done;
    await page.goBack();
    await until("it shows what happened meanwhile", async () => (await done()) * 2 >= before);
    await page.reload();
    await until("it is shown", async () => (await done()) > 0);
    const left = await done();
    await anotherBrowser();
    await to("/jobs");
    await page.getByRole("table").getByRole("link").first().click();
    await until("it went on meanwhile", async () => (await done()) > left);
    await node.post(`/jobs/${job.id}/cancel`, {});
    await says("Cancelled");
  });

  it("goes on by itself when the server was away", async () => {
    const job = await predict(races(60), 100);
    await to(`/jobs/${job.id}`);
    await mark("Live");
    await page.evaluate(() => Object.assign(window, { stayed: true }));
    await node.down();
    await page
      .getByRole("status")
      .getByText(/connecting/i)
      .waitFor();
    await node.up();
    await mark("Live");
    await says("Completed");
    expect(await page.evaluate(() => "stayed" in window)).toBe(true);
  });

  it("pauses, resumes, and cancels after a question that names the job", async () => {
    const job = await predict(races(200), 100);
    await to(`/jobs/${job.id}`);
    await button("Pause").click();
    await says("Paused");
    await button("Resume").click();
    await says("Running");
    await button("Cancel").or(button("More actions")).first().click();
    const entry = page.getByRole("menuitem", { name: "Cancel" });
    if (await entry.isVisible()) await entry.click();
    const dialog = question();
    expect(await dialog.textContent()).toContain("items will not be run");
    await dialog.getByRole("button", { name: "Keep as it is" }).click();
    expect((await read(job)).state).toBe("running");
    await button("Cancel").or(button("More actions")).first().click();
    if (await entry.isVisible()) await entry.click();
    await confirm("Cancel");
    await says("Cancelled");
  });

  it("says that duplicates were merged, what that means, and who does their work", async () => {
    await node.post("/tasks/report/pause", {});
    const params = { which: "the same" };
    const work = { task: "report", params, user: "twice", on_duplicate: "merge" };
    const first = await submit(work);
    await submit(work);
    await to("/jobs?user=twice");
    const banner = page.getByRole("region", { name: "Merged duplicates" });
    await banner.getByText("1 duplicate was merged").waitFor();
    await page.getByRole("table").getByText("1 duplicate merged").waitFor();
    await mark("Live");
    await submit(work);
    await banner.getByText("2 duplicates were merged").waitFor();
    await banner.getByRole("button", { name: "Learn more" }).click();
    await banner.getByText(/is not run twice/).waitFor();
    await banner.getByRole("link", { name: "Show them" }).click();
    await page.waitForURL(/tab=merged/);
    const rows = page.getByRole("row", { name: /Merged/ });
    await until("both are listed", async () => (await rows.count()) === 2);
    await rows.first().getByRole("link").click();
    await says("Merged");
    await page.getByRole("region", { name: "Progress" }).getByRole("link").first().click();
    await page.waitForURL(new RegExp(first.id));
    await node.post("/tasks/report/resume", {});
    await says("Completed");
  });

  it("retries only what failed", async () => {
    const file = join(node.folder, `mended-${store}`);
    const params = { model: "m", pace_ms: 1, fail_until: file };
    const items = ["r1", "bad1", "bad2"].map((key) => ({ key }));
    const job = await submit({ task: "predict", params, items });
    await to(`/jobs/${job.id}`);
    await page.getByText("with failures").first().waitFor({ state: "attached" });
    writeFileSync(file, "");
    await button("Retry failed only").click();
    await until("all succeeded", async () => {
      const { state, progress } = await read(job);
      return state === "completed" && progress.succeeded === 3;
    });
    await until("the page says so", async () => (await done()) === 100);
  });

  it("acts on all of 10,050 that match, and stays quick meanwhile", async () => {
    const one = { task: "report", user: "bulk", run_at: NEVER };
    const many = (count: number) => ({ jobs: Array.from({ length: count }, () => one) });
    await node.post("/jobs/bulk", many(10_000));
    await node.post("/jobs/bulk", many(50));
    await submit({ task: "report", user: "other", run_at: NEVER });
    await to("/jobs?tab=scheduled&user=bulk");
    await page.getByRole("table").getByRole("checkbox").first().check();
    await button(/^Select all 10,000\+ matching/).click();
    await button("Cancel").click();
    const dialog = question();
    // Counted by the server, to the last one.
    await dialog.getByText("Cancel 10,050 jobs?").waitFor();
    await page.evaluate(watchFrames);
    await confirm("Cancel");
    await page.getByText("Cancel: 10,050 jobs").waitFor();
    await page.getByText("No job matches").waitFor();
    const slowest = await page.evaluate(() => (window as unknown as Frames).slowestFrame());
    expect(slowest, "the longest time without a frame, in ms").toBeLessThan(1000);
    const { items } = await node.get<{ items: Job[] }>("/jobs?user=bulk&state=scheduled");
    expect(items).toEqual([]);
    await to("/jobs?tab=cancelled&user=bulk");
    await page.getByText(/of 10,000\+$/).waitFor();
    expect((await counts("user=other")).scheduled).toBe(1);
  });

  it("keeps a template, launches it, changes it and deletes it", async () => {
    await to("/launch?task=report");
    await page.getByLabel("Params").fill('{"which": "week"}');
    await button("Save as template").click();
    await page.getByRole("dialog").getByLabel("Name").fill(`weekly-${store}`);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText(`Template weekly-${store} is saved`).waitFor();
    await to("/templates");
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Params").fill('{"which": "month"}');
    await button("Save the template").click();
    await page.getByText("is saved").waitFor();
    await to("/templates");
    await page.getByText('{"which":"month"}').waitFor();
    await button("Launch").click();
    await page.waitForURL(/\/jobs\//);
    await says("Completed");
    await to("/templates");
    await button(`Delete weekly-${store}`).click();
    await confirm("Delete");
    await page.getByText("There are no templates yet").waitFor();
  });

  it("acts on all templates, schedules and queues at once", async () => {
    for (const name of ["one", "two", "three"]) {
      await node.post("/templates", { name: `all-${name}`, job: { task: "report" } });
      const schedule = { name: `all-${name}`, cron: "0 6 * * *", template: `all-${name}` };
      await node.post("/schedules", schedule);
      await submit({ task: "report", queue: name, run_at: NEVER });
    }
    await to("/schedules");
    await page.getByLabel("Select all schedules").check();
    await page.getByText("3 schedules selected").waitFor();
    await page.getByRole("region", { name: "Chosen schedules" }).getByText("Pause").click();
    await page.getByText("3 schedules paused").waitFor();
    await page.getByLabel("Select all-two").check();
    await page.getByRole("region", { name: "Chosen schedules" }).getByText("Resume").click();
    await page.getByText("1 schedule resumed").waitFor();
    await page.getByLabel("Select all schedules").check();
    await page.getByRole("region", { name: "Chosen schedules" }).getByText("Delete").click();
    await question().getByText("Delete 3 schedules?").waitFor();
    await confirm("Delete");
    await page.getByText("There are no schedules yet").waitFor();
    await to("/queues");
    await page.getByLabel("Select two").check();
    await page.getByLabel("Select three").check();
    await page.getByRole("region", { name: "Chosen queues" }).getByText("Pause").click();
    await page.getByText("2 queues paused").waitFor();
    await page.getByLabel("Select all queues").check();
    await page.getByRole("region", { name: "Chosen queues" }).getByText("Resume").click();
    await page.getByText("2 queues resumed").waitFor();
    await to("/templates");
    await page.getByLabel("Select all templates").check();
    await page.getByRole("region", { name: "Chosen templates" }).getByText("Delete").click();
    await confirm("Delete");
    await page.getByText("There are no templates yet").waitFor();
  });

  it("makes a schedule, runs it now, holds it and deletes it", async () => {
    await to("/schedules");
    await page.getByRole("link", { name: "New schedule" }).click();
    await page.getByLabel("Name").fill("nightly");
    await page.getByLabel("Cron").fill("61 * * * *");
    await page.getByText("This means no time yet.").waitFor();
    await page.getByLabel("Cron").fill("30 4 * * 1");
    await page.getByText("At 04:30, only on Monday").waitFor();
    expect(await main().locator("ol li").count()).toBe(5);
    await page.getByLabel("Job", { exact: false }).last().fill('{"task": "nothing"}');
    await button("Save").click();
    await page
      .getByText(/nothing/)
      .last()
      .waitFor();
    await page.getByLabel("Job", { exact: false }).last().fill('{"task": "report"}');
    await button("Save").click();
    await page.getByText("Active").waitFor();
    await button("Run now").click();
    await page.getByText("nightly runs now").waitFor();
    await until("it has given a job", async () => {
      const { items } = await node.get<{ items: Job[] }>("/jobs?label=schedule:nightly");
      return items[0]?.state === "completed";
    });
    await button("Pause").click();
    await page.getByText("Paused").first().waitFor();
    await button("Resume").click();
    await page.getByText("Active").first().waitFor();
    await button("Delete nightly").click();
    await confirm("Delete");
    await page.getByText("There are no schedules yet").waitFor();
  });

  it("tells of a failed job, and closes a breaker that holds its task", async () => {
    const items = ["a", "b", "c"].map((key) => ({ key }));
    const job = await submit({ task: "fragile", items });
    await to(`/jobs/${job.id}`);
    await says("Failed");
    await button(/^Notifications: [0-9]+ unread$/).click();
    await page
      .getByRole("dialog")
      .getByText(/ failed$/)
      .first()
      .waitFor();
    await button("Mark all as read").click();
    await button("Notifications").waitFor();
    await to("/tasks/fragile");
    await page.getByText("Open", { exact: true }).waitFor();
    await button("Reset breaker").click();
    const dialog = question();
    await dialog.getByText("Close the breaker of fragile?").waitFor();
    await confirm("Reset breaker");
    await page.getByText("Closed", { exact: true }).waitFor();
  });

  it("plots how a task went, and says how long another job of it should take", async () => {
    await to("/tasks/say");
    const history = page.getByRole("region", { name: "History" });
    await history.getByText("Nothing ended in this time").waitFor();
    await to("/launch?task=say");
    await page.getByLabel("Params").waitFor();
    expect(await page.getByText(/^Half of its jobs/).count()).toBe(0);
    const items = Array.from({ length: 6 }, (_, place) => ({
      key: `r${place}`,
      payload: { words: "done" },
    }));
    await to("/tasks/say");
    await history.getByText("Nothing ended in this time").waitFor();
    await submit({ task: "say", items });
    // By itself, when it has ended.
    await history.getByRole("img", { name: /^Jobs ended, each 15m over time/ }).waitFor();
    for (const name of [
      /^Completed of those .* last: 100%$/,
      /^Time of a job/,
      /^Time of an item/,
    ]) {
      const plot = history.getByRole("img", { name });
      await until("its only point is drawn", () => plot.locator("canvas").evaluate(isDrawn));
    }
    await history.getByRole("link", { name: "Week" }).click();
    await page.waitForURL(/window=7d/);
    await history.getByRole("img", { name: /^Jobs ended, each 6h over time/ }).waitFor();
    await page.reload();
    await history.getByRole("img", { name: /^Jobs ended, each 6h over time/ }).waitFor();
    await to("/launch?task=say");
    await page.getByText(/^Half of its jobs took up to .*; half of the items up to /).waitFor();
    const run_at = NEVER;
    const next = await submit({ task: "say", items, run_at });
    // A node asks for what is known each few seconds only.
    await until("enough is known", async () => {
      return (await node.get<Job & { estimate: unknown }>(`/jobs/${next.id}`)).estimate;
    });
    await to(`/jobs/${next.id}`);
    const figures = page.getByRole("region", { name: "Progress" });
    await figures.getByText("Will take about").waitFor();
    await figures.getByText(/ to .*, by its last [0-9]+ items$/).waitFor();
  });

  it("holds a task back, and a waiting job says so in plain words", async () => {
    await to("/tasks/report");
    await button("Pause").click();
    await page.getByRole("dialog").getByLabel("Reason").fill("the printer is broken");
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await button("Resume").waitFor();
    const job = await submit({ task: "report" });
    await to(`/jobs/${job.id}`);
    await page
      .getByText(/the printer is broken/)
      .first()
      .waitFor();
    await to("/tasks/report");
    await button("Resume").click();
    await button("Pause").waitFor();
    await to(`/jobs/${job.id}`);
    await says("Completed");
  });
});

/** Whether there is something of a strong colour on it: a line or a point, no grid and no text. */
function isDrawn(canvas: HTMLCanvasElement | SVGElement): boolean {
  const { width, height } = canvas as HTMLCanvasElement;
  const image = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height);
  const bytes = image?.data ?? new Uint8ClampedArray();
  for (let at = 0; at < bytes.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = bytes.subarray(at, at + 4);
    if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) return true;
  }
  return false;
}

type Frames = { slowestFrame: () => number };

/** From now on the page knows the longest time that it drew nothing. */
function watchFrames(): void {
  let last = performance.now();
  let slowest = 0;
  const step = () => {
    const now = performance.now();
    slowest = Math.max(slowest, now - last);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  Object.assign(window, { slowestFrame: () => slowest });
}
