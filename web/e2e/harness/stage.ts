// What the tests of a file stand on: a node, a browser, and for each test a page and a gate of its own.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { open, startBrowser, type Watched } from "./browser";
import { Gate } from "./gate";
import type { Node } from "./node";
import { settled } from "./pages";
import { type StoreName, startOn } from "./stores";

// Of the test that runs: who imports them always sees the latest.
export let node: Node;
export let page: Page;
/** Before the node, for pages that are opened at its address. */
export let gate: Gate;
/** All errors of the page so far: none may be left at the test's end. */
export let faults: string[];

let browser: Browser;
let watched: Watched;

/** Sets the stage for the tests of this `describe`; `settings` are added to the node's. */
export function stage(store: StoreName = "sqlite", settings = ""): void {
  let end: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const started = await startOn(store, settings);
    ({ node, end } = started);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await end?.();
  });

  beforeEach(async () => {
    gate = await Gate.start(node.url);
    await openPage();
  });

  afterEach(async () => {
    try {
      await watched.close();
    } finally {
      gate.stop();
      if (!node.runs) await node.up();
    }
  });
}

async function openPage(): Promise<void> {
  watched = await open(browser);
  ({ page, faults } = watched);
}

/** Ends the browser, and opens a page in a new one. */
export async function anotherBrowser(): Promise<void> {
  await watched.close();
  await browser.close();
  browser = await startBrowser();
  await openPage();
}

/** Goes to a page of the node, and waits until it has read what it shows. */
export async function to(path: string, base = node.url): Promise<void> {
  await page.goto(`${base}${path}`);
  await settled(page);
}

export const main = () => page.getByRole("main");
export const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
export const question = () => page.getByRole("alertdialog");

/** Answers the question that is asked, with the button of this name. */
export const confirm = (verb: string) =>
  question().getByRole("button", { name: verb, exact: true }).click();

/** The mark of the stream says so. */
export const mark = (word: string) =>
  page.getByRole("status").getByText(word, { exact: true }).waitFor();

/** The state as a job's page says it. */
export const says = (word: string) =>
  page.getByRole("region", { name: "Progress" }).locator(".pl-state", { hasText: word }).waitFor();
