// What people see when things are not as they should be, or larger than was thought: each state is
// brought about by a real node, its real workers, or a proxy before them, and looked at light, dark
// and on a phone. The pictures are in `web/screenshots`.
import { describe, expect, it } from "vitest";
import type { Rule } from "./harness/gate";
import { ended, NEVER, predict, races, submit } from "./harness/jobs";
import { see } from "./harness/looks";
import { gate, main, mark, node, page, stage, to } from "./harness/stage";
import { STORES } from "./harness/stores";
import { until } from "./harness/wait";

const LONG = `${"a name that does not want to end, ".repeat(5)}and ends after 200 characters.`;
const UNBROKEN = `${"without_any_space_".repeat(10)}to_break_it_at_all_1`;
const ARABIC = "تقرير المبيعات 2026 (نهائي)";
const HEBREW = "משימת לילה: 12 מתוך 40 (בערך)";

describe.each(STORES)("on %s", (store) => {
  stage(store, '[retention]\nlog_size = "512KiB"\n');

  const alert = () => page.getByRole("alert");

  // First: nothing has been done on this node yet.
  it("nothing is there", async () => {
    for (const [path, words] of [
      ["/", "Nothing runs"],
      ["/jobs", "Nothing runs or waits"],
      ["/jobs?tab=all", "There are no jobs yet"],
      ["/jobs?tab=all&user=nobody", "No job matches"],
      ["/batches", "There are no batches yet"],
      ["/schedules", "There are no schedules yet"],
      ["/templates", "There are no templates yet"],
    ] as const) {
      await to(path);
      await main().getByText(words, { exact: true }).waitFor();
      await see(page, `empty${path.replace(/[^a-z]+/g, "-")}`);
    }
  });

  it("a job without a result, a log, or others that it depends on", async () => {
    const job = await submit({ task: "report", run_at: NEVER });
    for (const [tab, words] of [
      ["log", "Nothing was printed yet"],
      ["result", "The job has not ended yet"],
      ["graph", "It depends on no job, and none depends on it"],
    ]) {
      await to(`/jobs/${job.id}?tab=${tab}`);
      await main()
        .getByText(words as string, { exact: true })
        .waitFor();
      await see(page, `empty-job-${tab}`);
    }
  });

  it("the server is away: what was read stays, and the page says of when it is", async () => {
    const job = await submit({ task: "report", user: "away" });
    await ended(job);
    await to("/jobs?tab=all");
    await main().getByText(job.name).waitFor();
    await page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => /templates-/.test(name)),
    );
    await node.kill();
    await alert().getByText("The server does not answer").waitFor();
    await alert()
      .getByText(/What is shown is of [0-9]{2}:[0-9]{2}:[0-9]{2}/)
      .waitFor();
    await mark("Reconnecting");
    await main().getByText(job.name).waitFor();
    await see(page, "away");
    // A page that was not read yet can still be gone to.
    await page.getByRole("link", { name: "Templates" }).first().click();
    await main().getByText("the server does not answer", { exact: true }).waitFor();
    await see(page, "away-unread");
    await node.up();
    // It may have tried by itself already.
    await page
      .getByRole("button", { name: "Try now" })
      .click({ timeout: 1000 })
      .catch(() => false);
    await mark("Live");
    await main().getByText("There are no templates yet").waitFor();
    expect(await alert().count()).toBe(0);
  });

  it("401: a page that was never signed in, and one that no longer is", async () => {
    const signIn: Rule = ({ path }) =>
      path.startsWith("/api/") ? { status: 401, body: "<h1>Authorization Required</h1>" } : "pass";
    gate.obey(signIn);
    await to("/jobs?tab=all", gate.url);
    await main().getByText("you are not signed in, or no longer (status 401)").waitFor();
    await see(page, "401");
    gate.obey(() => "pass");
    // It may have asked again by itself already.
    await page
      .getByRole("button", { name: "Reload the page" })
      .last()
      .click({ timeout: 2000 })
      .catch(() => page.reload());
    await mark("Live");
    await main().getByRole("table").waitFor();
    gate.obey(signIn);
    await alert().getByText("You are not signed in, or no longer.").waitFor();
    await mark("Signed out");
    await main().getByRole("table").waitFor();
    await see(page, "401-later");
    gate.obey(() => "pass");
  });

  it("409: what is no longer possible is refused in the server's words, and taken back", async () => {
    const job = await predict(races(400), 100);
    await to(`/jobs/${job.id}`, gate.url);
    await page.getByRole("button", { name: "Pause" }).waitFor();
    // The page does not hear that somebody else has cancelled it.
    gate.obey(({ method }) => (method === "GET" ? "hold" : "pass"));
    await node.post(`/jobs/${job.id}/cancel`, {});
    await page.getByRole("button", { name: "Pause" }).click();
    const toast = page.locator("[data-sonner-toast]");
    await toast.getByText(/cancelled/).waitFor();
    expect(await toast.textContent()).toContain(job.name);
    await see(page, "409");
    gate.obey(() => "pass");
    await main().getByText("Cancelled", { exact: true }).first().waitFor();
  });

  it("422: each fault stands at its field", async () => {
    await to("/launch?task=predict");
    await page.getByLabel(/^model/).fill("m");
    await page.getByLabel("Items", { exact: true }).fill("r1");
    await page.getByText("More options").click();
    await page.getByLabel("Time for an item").fill("soon");
    await page.getByRole("button", { name: "Launch", exact: true }).click();
    await until("the field is marked", () =>
      page.getByLabel("Time for an item").getAttribute("aria-invalid"),
    );
    await see(page, "422-launch");
    await to("/schedules/new");
    await page.getByLabel("Name").fill("nightly");
    await page.getByLabel("Job", { exact: false }).last().fill('{"task": "nothing"}');
    await page.getByRole("button", { name: "Save" }).click();
    await main()
      .getByText(/no task/)
      .last()
      .waitFor();
    await see(page, "422-schedule");
  });

  it("a traceback of many calls, long lines and all", async () => {
    const words = `no odds: ${"https://odds.example.com/races/".repeat(8)}`;
    const payload = { words, fails: true, depth: 12 };
    const items = [
      { key: "deep", payload },
      { key: "well", payload: { words: "fine" } },
    ];
    const job = await submit({ task: "say", items });
    await ended(job);
    await to(`/jobs/${job.id}`);
    await page.getByRole("button", { name: /^deep/ }).click();
    await main().getByText("Traceback", { exact: true }).last().click();
    const traceback = main().locator("pre", { hasText: "Traceback" }).last();
    await traceback.waitFor();
    const text = (await traceback.textContent()) ?? "";
    expect(text.split("\n").length).toBeGreaterThan(10);
    expect(text).toContain("deeper(depth - 1, words)");
    await traceback.scrollIntoViewIfNeeded();
    await see(page, "traceback");
  });

  it("a log that is longer than what is kept of it", async () => {
    const job = await submit({ task: "chatter", params: { lines: 20_000 } });
    await ended(job);
    await to(`/jobs/${job.id}?tab=log`);
    await main().getByText("the last 2,000 lines", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Load all" }).click();
    await main()
      .getByText(/lines; older ones were removed, see log_size/)
      .waitFor();
    const log = page.getByRole("log");
    await log.evaluate((it) => it.scrollTo(0, 0));
    await log.getByText("older lines were removed to save space").waitFor();
    await see(page, "log-removed");
    await page.getByRole("button", { name: "Go to the end and follow" }).click();
    await log.getByText(/ 19999 \./).waitFor();
  });

  it("every item failed", async () => {
    const items = Array.from({ length: 120 }, (_, place) => ({
      key: `r${place}`,
      payload: {
        words: place % 3 ? "the odds service does not answer" : "no such race",
        fails: true,
      },
    }));
    const job = await submit({ task: "say", items });
    await ended(job);
    await to(`/jobs/${job.id}`);
    const progress = page.getByRole("region", { name: "Progress" });
    await progress.getByText("Failed", { exact: true }).first().waitFor();
    const bar = progress.getByRole("progressbar");
    expect(await bar.getAttribute("aria-valuetext")).toContain("120 failed");
    const kinds = page.getByRole("region", { name: "Failures by kind" }).getByRole("listitem");
    await until("both kinds are told", async () => (await kinds.count()) === 2);
    await kinds.first().getByText("80", { exact: true }).waitFor();
    await see(page, "all-failed");
    await to("/jobs?tab=failed");
    await main().getByText(job.name).waitFor();
    await see(page, "all-failed-list");
  });

  it("names of 200 characters", async () => {
    const [{ name: task = "" } = {}] = (
      await node.get<{ items: { name: string }[] }>("/tasks")
    ).items.filter(({ name }) => name.length === 200);
    await node.post("/batches", { name: UNBROKEN, reason: LONG.repeat(2) });
    const long = { user: LONG, batch: UNBROKEN, key: UNBROKEN, labels: { [UNBROKEN]: LONG } };
    const unit = await submit({ task, ...long });
    await ended(unit);
    const items = [LONG, UNBROKEN].map((key) => ({ key, payload: { words: key, fails: true } }));
    const job = await submit({ task: "say", items, queue: UNBROKEN, ...long });
    await ended(job);
    const template = { name: UNBROKEN, job: { task, params: { [UNBROKEN]: LONG } } };
    await node.post("/templates", template);
    await node.post("/schedules", { name: LONG, cron: "0 6 * * *", template: UNBROKEN });
    for (const [name, path] of Object.entries({
      jobs: "/jobs?tab=all",
      filtered: `/jobs?tab=all&user=${encodeURIComponent(LONG)}&batch=${UNBROKEN}`,
      job: `/jobs/${unit.id}`,
      items: `/jobs/${job.id}`,
      options: `/jobs/${job.id}?tab=options`,
      batches: "/batches",
      batch: `/batches/${UNBROKEN}`,
      templates: "/templates",
      schedules: "/schedules",
      tasks: "/tasks",
      task: `/tasks/${task}`,
      queues: "/queues",
    })) {
      await to(path);
      await see(page, `long-${name}`);
    }
    await to(`/jobs/${unit.id}`);
    expect(await main().locator("h1").textContent()).toBe(unit.name);
  });

  // What the store has no part in is seen on one of them.
  if (store !== STORES[0]) return;

  it("the history of a task: while it is read, and when it cannot be", async () => {
    const asked: Rule = ({ path }) => (path.includes("/history") ? "hold" : "pass");
    gate.obey(asked);
    await page.goto(`${gate.url}/tasks/report`);
    const history = page.getByRole("region", { name: "History" });
    await history.getByRole("status", { name: "Loading the history" }).waitFor();
    await see(page, "history-loading");
    gate.obey(({ path }) => (path.includes("/history") ? { status: 500 } : "pass"));
    await history.getByRole("alert").waitFor();
    await see(page, "history-failed");
    gate.obey(() => "pass");
    await history.getByRole("button", { name: "Try again" }).click();
    await history.getByRole("img").or(history.getByText("Nothing ended")).first().waitFor();
  });

  it("words that are written from the right", async () => {
    await node.post("/batches", { name: "evening", reason: HEBREW });
    const items = [
      { key: ARABIC, payload: { words: HEBREW, fails: true } },
      { key: "r2", payload: { words: ARABIC } },
    ];
    const job = await submit({ task: "say", items, user: ARABIC, batch: "evening" });
    await ended(job);
    await node.post("/templates", { name: ARABIC, job: { task: "report" } });
    const direction = async (words: string) => {
      const element = main().getByText(words, { exact: true }).first();
      await element.waitFor();
      return element.evaluate((it) => getComputedStyle(it).direction);
    };
    await to(`/jobs/${job.id}`);
    // Each reads from its own side; what stands beside it stays where it was.
    expect(await direction(ARABIC)).toBe("rtl");
    expect(await direction(HEBREW)).toBe("rtl");
    expect(await direction("Failed")).toBe("ltr");
    await see(page, "rtl-job");
    await to(`/jobs/${job.id}?tab=log`);
    await page.getByRole("log").getByText(ARABIC).waitFor();
    await see(page, "rtl-log");
    await to("/jobs?tab=all");
    await see(page, "rtl-jobs");
    for (const [path, words] of [
      ["/batches", HEBREW],
      ["/templates", ARABIC],
    ] as const) {
      await to(path);
      expect(await direction(words)).toBe("rtl");
      await see(page, `rtl${path.replace(/[^a-z]+/g, "-")}`);
    }
  });
});
