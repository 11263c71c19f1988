// What lies over a page when it is asked for, on a node that `fill` has filled.
import type { Page } from "playwright-core";

export type Overlay = {
  name: string;
  path: string;
  open: (page: Page) => Promise<unknown>;
  role: "dialog" | "alertdialog" | "menu" | "region";
};

const click = (name: string | RegExp) => (page: Page) =>
  page.getByRole("button", { name }).first().click();

/** Two rows are chosen; then what is asked about them. */
const chosen = (then?: (page: Page) => Promise<unknown>) => async (page: Page) => {
  const boxes = page.getByRole("table").getByRole("checkbox");
  await boxes.nth(1).check();
  await boxes.nth(2).check();
  await then?.(page);
};

/** How many it is for is counted by the server. */
const askToCancel = async (page: Page) => {
  await click("Cancel")(page);
  await page.getByRole("heading", { name: /^Cancel [0-9]+ job/ }).waitFor();
};

export const OVERLAYS: readonly Overlay[] = [
  { name: "keys", path: "/jobs", open: (page) => page.keyboard.press("?"), role: "dialog" },
  {
    name: "palette",
    path: "/jobs",
    open: (page) => page.keyboard.press("Control+k"),
    role: "dialog",
  },
  { name: "notifications", path: "/jobs", open: click(/^Notifications/), role: "dialog" },
  { name: "theme", path: "/jobs", open: click("Light or dark"), role: "menu" },
  { name: "filter", path: "/jobs", open: click("Filter"), role: "dialog" },
  { name: "row", path: "/jobs?tab=all", open: click(/^Actions for /), role: "menu" },
  { name: "list", path: "/jobs", open: click("More for all jobs"), role: "menu" },
  { name: "chosen", path: "/jobs?tab=all", open: chosen(), role: "region" },
  { name: "bulk", path: "/jobs?tab=all", open: chosen(askToCancel), role: "alertdialog" },
  { name: "delete", path: "/templates", open: click("Delete weekly"), role: "alertdialog" },
  { name: "pause", path: "/tasks/report", open: click("Pause"), role: "dialog" },
  { name: "limit", path: "/queues", open: click("Limit"), role: "dialog" },
];
