// What people set for themselves and for the node is kept: the page says so after a reload, and so does
// the node.
import { expect, it } from "vitest";
import { button, main, node, page, stage, to } from "./harness/stage";
import { until } from "./harness/wait";

type Limit = { name: string; most: number | null; source: string };

// Nobody is written to: there is no such job.
stage("sqlite", '\n[smtp]\nurl = "smtp://127.0.0.1:9"\nfrom = "paceline@example.com"\n');

const limit = async (name: string) =>
  (await node.get<{ items: Limit[] }>("/limits")).items.find((limit) => limit.name === name);
const rowOf = (name: string) =>
  page.getByRole("table", { name: "Limits" }).getByRole("row", { name: new RegExp(`^${name}`) });
/** Writes into the dialog that asks how many may run, and reads what the row says then. */
const setMost = async (name: string, text: string, says: string) => {
  await rowOf(name).getByRole("button", { name: "Set", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Most running jobs at once").fill(text);
  await dialog.getByRole("button", { name: "Set" }).click();
  await rowOf(name).getByRole("cell", { name: says, exact: true }).waitFor();
};

it("notification preferences are those that were saved, for each user", async () => {
  const topic = (group: string, label: string) =>
    page.getByRole("group", { name: group }).getByLabel(label);
  const saved = async () => {
    await button("Save").click();
    await page.getByText("The preferences are saved").waitFor();
  };
  await to("/settings");
  await page.getByLabel("User").fill("ana");
  await button("Show").click();
  await page.waitForURL(/user=ana/);
  await page.getByLabel("Address").fill("nobody");
  await button("Save").click();
  await until("the wrong address is marked", () =>
    page.getByLabel("Address").getAttribute("aria-invalid"),
  );
  await page.getByLabel("Address").fill("ana@example.com");
  await topic("By e-mail", "Jobs that completed").check();
  await topic("In this dashboard", "Jobs that completed").check();
  await topic("In this dashboard", "Alerts of the system").uncheck();
  await page.getByLabel("URL").fill("https://hooks.example.com/paceline");
  await page.getByLabel("Secret").fill("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  await topic("By webhook", "Jobs that failed").uncheck();
  await topic("By webhook", "Alerts of the system").check();
  await page.getByLabel("A job runs for long after").fill("30m");
  await saved();
  expect(await node.get("/preferences?user=ana")).toMatchObject({
    in_app: expect.toSatisfy(
      (all: string[]) => all.includes("completed") && !all.includes("alert"),
    ),
    email: { address: "ana@example.com", events: expect.arrayContaining(["completed", "failed"]) },
    webhook: { url: "https://hooks.example.com/paceline", events: ["alert"] },
    long_running_after: "30m",
  });
  await page.reload();
  await until("the address is shown", async () => {
    return (await page.getByLabel("Address").inputValue()) === "ana@example.com";
  });
  expect(await page.getByLabel("A job runs for long after").inputValue()).toBe("30m");
  expect(await topic("By webhook", "Jobs that failed").isChecked()).toBe(false);
  expect(await topic("By webhook", "Alerts of the system").isChecked()).toBe(true);
  expect(await topic("In this dashboard", "Jobs that completed").isChecked()).toBe(true);
  expect(await topic("In this dashboard", "Alerts of the system").isChecked()).toBe(false);
  // What is emptied is gone, and another's are untouched.
  await page.getByLabel("Address").fill("");
  await page.getByLabel("A job runs for long after").fill("");
  await saved();
  const now = await node.get("/preferences?user=ana");
  expect(now).toMatchObject({
    email: null,
    long_running_after: null,
    webhook: { events: ["alert"] },
  });
  expect(await node.get("/preferences?user=ben")).toMatchObject({ email: null, webhook: null });
});

it("a limit is set, and goes back to what is configured", async () => {
  const configured = await limit("jobs_per_user");
  await to("/queues");
  await setMost("each user", "7", "7");
  expect(await limit("jobs_per_user")).toMatchObject({ most: 7, source: "set" });
  await page.reload();
  await rowOf("each user").getByText("set while running").waitFor();
  await button("As configured").click();
  await rowOf("each user").getByRole("cell", { name: "configured", exact: true }).waitFor();
  expect(await limit("jobs_per_user")).toEqual(configured);
  await setMost("each task", "2", "2");
  await setMost("each task", "", "no limit");
  expect((await limit("jobs_per_task"))?.most).toBeNull();
});

it("a queue is limited, and a word is no limit", async () => {
  type Queues = { items: { name: string; max_running: number | null }[] };
  const most = async () => (await node.get<Queues>("/queues")).items[0]?.max_running;
  await node.post("/jobs", { task: "report", queue: "night" });
  await to("/queues");
  const row = page.getByRole("table", { name: "Queues" }).getByRole("row", { name: /night/ });
  await row.getByRole("button", { name: "Limit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Most running jobs at once").fill("few");
  await dialog.getByText("must be a whole number").waitFor();
  await page.keyboard.press("Enter");
  expect(await dialog.isVisible()).toBe(true);
  await dialog.getByLabel("Most running jobs at once").fill("4");
  await dialog.getByRole("button", { name: "Set" }).click();
  await row.getByRole("cell", { name: "4", exact: true }).waitFor();
  expect(await most()).toBe(4);
});

it("the theme that was chosen is there from the first picture after a reload", async () => {
  const background = () =>
    main().evaluate((it) => getComputedStyle(it.parentElement ?? it).backgroundColor);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const choose = async (name: string) => {
    await button("Light or dark").click();
    await page.getByRole("menuitem", { name }).click();
  };
  await page.emulateMedia({ colorScheme: "light" });
  await to("/jobs");
  const light = await background();
  await choose("Dark");
  await until("it is dark", async () => (await background()) !== light);
  const dark = await background();
  // Set by what stands before all else of the page: nothing is light first.
  await page.addInitScript(() =>
    document.addEventListener("readystatechange", () => {
      const { theme } = document.documentElement.dataset;
      Object.assign(window, { themes: [...((window as never as Seen).themes ?? []), theme] });
    }),
  );
  type Seen = { themes?: (string | undefined)[] };
  await page.reload();
  await main().locator("h1").waitFor();
  expect(await background()).toBe(dark);
  const seen = await page.evaluate(() => (window as never as Seen).themes);
  expect(seen?.length).toBeGreaterThan(0);
  expect(new Set(seen)).toEqual(new Set(["dark"]));
  await button("Light or dark").click();
  const current = page.getByRole("menuitem").and(page.locator("[aria-current=true]"));
  expect(await current.textContent()).toBe("Dark");
  await page.keyboard.press("Escape");
  await choose("As the system");
  await page.reload();
  await main().locator("h1").waitFor();
  expect([await theme(), await background()]).toEqual([undefined, light]);
});
