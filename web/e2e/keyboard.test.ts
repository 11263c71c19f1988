// What people do with many jobs, schedules and templates, by keys alone: every stop shows that it has
// the focus, and after a dialog it is where it was.
import { beforeEach, expect, it } from "vitest";
import { counts, type Job, NEVER, submit } from "./harness/jobs";
import { Keys } from "./harness/keys";
import { node, page, stage, to } from "./harness/stage";
import { until } from "./harness/wait";

let keys: Keys;

stage();

beforeEach(async () => {
  keys = new Keys(page);
  await to("/");
});

const heading = (name: string) => page.getByRole("heading", { name, exact: true }).waitFor();
const says = (words: string | RegExp) => page.getByText(words).first().waitFor();
const dialog = (role: "dialog" | "alertdialog", name?: RegExp) =>
  page.getByRole(role, name && { name }).waitFor();
const noDialog = (role: "dialog" | "alertdialog") =>
  page.getByRole(role).waitFor({ state: "detached" });

/** Asks for something that is questioned first, and thinks better of it: the focus is where it was. */
const askAndKeep = async (name: string) => {
  await keys.press("Enter");
  await dialog("alertdialog");
  await keys.press("Escape");
  await noDialog("alertdialog");
  await keys.at(name);
};

/** Asks again, and means it. */
const askAndConfirm = async (verb: string) => {
  await keys.press("Enter");
  await dialog("alertdialog");
  await keys.tabTo(new RegExp(`^${verb}$`));
  await keys.press("Enter");
};

it("finds, chooses and cancels all that match a filter", async () => {
  const one = { task: "report", user: "keys", run_at: NEVER };
  await node.post("/jobs/bulk", { jobs: Array.from({ length: 60 }, () => one) });
  await submit({ ...one, user: "others" });
  await keys.press("g", "j");
  await heading("Jobs");
  await keys.tabTo(/^All[0-9]*$/);
  await keys.press("Enter");
  await page.waitForURL(/tab=all/);
  await keys.tabTo(/^Filter$/);
  await keys.press("Enter");
  await dialog("dialog");
  await keys.tabTo(/^User/);
  await keys.type("keys");
  await keys.press("Enter");
  await noDialog("dialog");
  await keys.at("Filter");
  await until("only those are listed", async () => {
    const rows = page.getByRole("table").getByRole("row");
    return (await rows.count()) === 51;
  });
  // A row, and none again.
  await keys.press("j", "j");
  await keys.at(/^report-/);
  await keys.press("x");
  await says(/^1 selected/);
  await keys.press("Escape");
  await page.getByText("1 selected").waitFor({ state: "detached" });
  await keys.backTo(/^Select all of this page$/);
  await keys.press("Space");
  await says(/^50 selected/);
  await keys.backTo(/^Select all 60 matching$/);
  await keys.press("Enter");
  await says(/^All 60 matching selected/);
  await keys.tabTo(/^Cancel$/);
  await keys.press("Enter");
  await dialog("alertdialog", /^Cancel 60 jobs/);
  await keys.at("Keep as it is");
  await keys.press("Escape");
  await noDialog("alertdialog");
  await keys.at("Cancel");
  await keys.press("Enter");
  await dialog("alertdialog", /^Cancel 60 jobs/);
  await keys.tabTo(/^Cancel$/);
  await keys.press("Enter");
  await says("Cancel: 60 jobs");
  await noDialog("alertdialog");
  // What asked is gone with the selection: the focus is at the page, not before all of it.
  await keys.at("(the page)");
  expect(await counts("user=keys")).toMatchObject({ cancelled: 60 });
  const { items } = await node.get<{ items: Job[] }>("/jobs?user=others");
  expect(items.map(({ state }) => state)).toEqual(["scheduled"]);
});

it("acts on one row from its menu, and is at its button again", async () => {
  const later = { task: "report", user: "menu", run_at: NEVER };
  const job = await submit(later);
  await keys.press("g", "j");
  await heading("Jobs");
  await keys.press("/");
  await keys.type("menu");
  await keys.press("Tab");
  await keys.tabTo(/^Scheduled[0-9]*$/);
  await keys.press("Enter");
  await page.getByRole("row", { name: new RegExp(job.name) }).waitFor();
  await keys.press("j", "Enter");
  await heading(job.name);
  await page.goBack();
  await page.getByRole("row", { name: new RegExp(job.name) }).waitFor();
  await keys.tabTo(new RegExp(`^Actions for ${job.name}$`));
  await keys.press("Enter");
  await page.getByRole("menu").waitFor();
  await until("the menu is at Cancel", async () => {
    if ((await keys.focused()) === "Cancel") return true;
    await keys.press("ArrowDown");
    return false;
  });
  await askAndKeep(`Actions for ${job.name}`);
});

it("makes, runs, holds, changes and deletes a schedule", async () => {
  await keys.press("g", "s");
  await heading("Schedules");
  await keys.tabTo(/^New schedule$/);
  await keys.press("Enter");
  await heading("New schedule");
  await keys.tabTo(/^Name/);
  await keys.type("nightly");
  await keys.tabTo(/^Cron/);
  await keys.fill("30 4 * * 1");
  await says("At 04:30, only on Monday");
  await keys.tabTo(/^Job/);
  await keys.fill('{"task": "report"}');
  await keys.tabTo(/^Save$/);
  await keys.press("Enter");
  await says("Active");
  await keys.tabTo(/^Run now$/);
  await keys.press("Enter");
  await says("nightly runs now");
  await keys.at("Run now");
  await keys.tabTo(/^Pause$/);
  await keys.press("Space");
  await keys.at("Resume");
  await keys.press("Space");
  await keys.at("Pause");
  await keys.tabTo(/^Edit$/);
  await keys.press("Enter");
  await heading("nightly");
  await keys.tabTo(/^Runs that were missed/);
  await keys.press("ArrowDown");
  await keys.tabTo(/^Save$/);
  await keys.press("Enter");
  await heading("Schedules");
  const { items } = await node.get<{ items: { missed: string }[] }>("/schedules");
  expect(items[0]?.missed).not.toBe("once");
  await keys.tabTo(/^Delete nightly$/);
  await askAndKeep("Delete nightly");
  await askAndConfirm("Delete");
  await says("There are no schedules yet");
});

it("saves, changes, launches and deletes a template", async () => {
  await keys.press("g", "l");
  await heading("Launch a job");
  await keys.tabTo(/^Task \(required\)/);
  await keys.type("report");
  await keys.tabTo(/^Params/);
  await keys.fill('{"which": "week"}');
  await keys.tabTo(/^Save as template$/);
  await keys.press("Enter");
  await dialog("dialog");
  await keys.press("Escape");
  await noDialog("dialog");
  await keys.at("Save as template");
  await keys.press("Enter");
  await keys.at(/^Name/);
  await keys.type("weekly");
  await keys.press("Enter");
  await says("Template weekly is saved");
  await keys.at("Save as template");
  // To keep it is not to launch it.
  const states = Object.values(await counts("q=week"));
  expect(states.reduce((sum, count) => sum + count, 0)).toBe(0);
  await keys.press("g", "m");
  await heading("Templates");
  await keys.tabTo(/^Edit$/);
  await keys.press("Enter");
  await heading("Template weekly");
  await keys.tabTo(/^Params/);
  await keys.fill('{"which": "month"}');
  await keys.tabTo(/^Save the template$/);
  await keys.press("Enter");
  await until("it is kept", async () => {
    const { items } = await node.get<{ items: { job: object }[] }>("/templates");
    return JSON.stringify(items[0]?.job).includes("month");
  });
  await keys.press("g", "m");
  await says('{"which":"month"}');
  await keys.tabTo(/^Delete weekly$/);
  await askAndKeep("Delete weekly");
  await keys.backTo(/^Launch$/);
  await keys.press("Enter");
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/);
  await says("Completed");
  await keys.press("g", "m");
  await keys.tabTo(/^Delete weekly$/);
  await askAndConfirm("Delete");
  await says("There are no templates yet");
});

it("goes anywhere by a few letters, and is back where it was", async () => {
  await keys.press("g", "j");
  await heading("Jobs");
  await keys.tabTo(/^Filter$/);
  await keys.press("Control+k");
  await dialog("dialog");
  await keys.press("Escape");
  await noDialog("dialog");
  await keys.at("Filter");
  await keys.press("?");
  await dialog("dialog", /^Keys$/);
  await keys.press("Escape");
  await noDialog("dialog");
  await keys.at("Filter");
  await keys.press("Control+k");
  await dialog("dialog");
  await keys.type("queue");
  await page.getByRole("option", { name: "Queues", selected: true }).waitFor();
  await keys.press("Enter");
  await heading("Queues and limits");
});
