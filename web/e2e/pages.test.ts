// What holds for every page: no fault in it, readable in both themes, by keys, on a phone, below a path.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { open, startBrowser } from "./harness/browser";
import { Gate, PREFIX } from "./harness/gate";
import { Keys } from "./harness/keys";
import type { Node } from "./harness/node";
import { OVERLAYS } from "./harness/overlays";
import { fill, settled } from "./harness/pages";
import { STORES, type Started, startOn } from "./harness/stores";
import { until } from "./harness/wait";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const THEMES = ["light", "dark"] as const;
const PHONE = { width: 375, height: 740 };

describe.each(STORES)("on %s", (store) => {
  let started: Started;
  let node: Node;
  let browser: Browser;
  let addresses: Record<string, string>;

  beforeAll(async () => {
    started = await startOn(store);
    node = started.node;
    browser = await startBrowser();
    addresses = await fill(node);
  });

  afterAll(async () => {
    await browser?.close();
    await started?.end();
  });

  // What the store has no part in is looked at on one of them.
  const once = store === STORES[0];

  describe.each(once ? THEMES : (["light"] as const))("in the %s theme", (colorScheme) => {
    it("every page can be read and used by everybody", { timeout: 120_000 }, async () => {
      const { page, close } = await open(browser, { colorScheme });
      const found: string[] = [];
      for (const [name, path] of Object.entries(addresses)) {
        await page.goto(`${node.url}${path}`);
        await settled(page);
        for (const fault of await violations(page)) found.push(`${name}: ${fault}`);
      }
      for (const { name, path, open, role } of once ? OVERLAYS : []) {
        await page.goto(`${node.url}${path}`);
        await settled(page);
        await open(page);
        await page.getByRole(role).first().waitFor();
        for (const fault of await violations(page)) found.push(`${name}: ${fault}`);
      }
      expect(found).toEqual([]);
      await close();
    });
  });

  it.runIf(once)("no page is wider than a phone", { timeout: 120_000 }, async () => {
    const { page, close } = await open(browser, { viewport: PHONE });
    const wide: string[] = [];
    for (const [name, path] of Object.entries(addresses)) {
      await page.goto(`${node.url}${path}`);
      await settled(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > PHONE.width) wide.push(`${name}: ${width}`);
    }
    expect(wide).toEqual([]);
    await close();
  });

  it("a job is launched, looked at and cancelled by keys alone", async () => {
    const { page, close } = await open(browser);
    const { press, tabTo, focused } = new Keys(page);
    await page.goto(`${node.url}/jobs`);
    await settled(page);
    await press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await press("Escape", "g", "l");
    await page.getByRole("heading", { name: "Launch a job" }).waitFor();
    await tabTo(/^Task \(required\)/);
    await page.keyboard.type("predict");
    await tabTo(/^model/);
    await page.keyboard.type("m");
    await tabTo(/^pace_ms/);
    await page.keyboard.type("200");
    await tabTo(/^Items/);
    await page.keyboard.type(
      "k1\nk2\nk3\nk4\nk5\nk6\nk7\nk8\nk9\nk10\nk11\nk12\nk13\nk14\nk15\nk16",
    );
    await tabTo(/^Launch$/);
    await press("Enter");
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/);
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await tabTo(/^(Cancel|More actions)$/);
    await press("Enter");
    if (await page.getByRole("menu").isVisible()) {
      await until("the menu is at Cancel", async () => {
        if ((await focused()) === "Cancel") return true;
        await press("ArrowDown");
        return false;
      });
      await press("Enter");
    }
    await page.getByRole("alertdialog").waitFor();
    await until("the dialog's button", async () => {
      if ((await focused()) === "Cancel") return true;
      await press("Tab");
      return false;
    });
    await press("Enter");
    await page.getByRole("main").getByText("Cancelled", { exact: true }).first().waitFor();
    await close();
  });

  it("addresses that are none say so", async () => {
    const { page, close } = await open(browser);
    await page.goto(`${node.url}/nothing/here`);
    await page.getByRole("link", { name: /jobs/i }).first().waitFor();
    await page.goto(`${node.url}/jobs/019d0f3a-0000-7000-8000-000000000000`);
    await page
      .getByRole("alert")
      .getByText(/there is no job/)
      .waitFor();
    await close();
  });

  if (!once) return;

  it("dialogs, menus, toasts and plots keep to the policy, and look as they should", async () => {
    const { page, faults, close } = await open(browser);
    const there = async (path: string) => {
      await page.goto(`${node.url}${path}`);
      await settled(page);
    };
    const styleOf = (selector: string, property: "overflowY" | "position") =>
      page.locator(selector).evaluate((it, name) => getComputedStyle(it)[name], property);
    await there("/jobs?tab=all");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    // What is below a dialog does not scroll.
    expect(await styleOf("body", "overflowY")).toBe("hidden");
    await page.keyboard.press("Escape");
    await until("it scrolls again", async () => (await styleOf("body", "overflowY")) !== "hidden");
    await page.getByRole("button", { name: /^Notifications/ }).click();
    await page.getByRole("dialog", { name: "Notifications" }).waitFor();
    await page.keyboard.press("Escape");
    await there("/templates");
    await page.getByRole("button", { name: "Delete weekly" }).click();
    await page.getByRole("alertdialog").waitFor();
    await page.keyboard.press("Escape");
    await there("/tasks/report");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText("report is paused").waitFor();
    expect(await styleOf("[data-sonner-toaster]", "position")).toBe("fixed");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("report goes on").waitFor();
    await there(addresses.plots as string);
    await page.locator(".uplot canvas").first().waitFor();
    expect(faults).toEqual([]);
    // The trap is set: this is what a library would do.
    await page.evaluate(() => {
      const style = document.createElement("style");
      style.textContent = "body { outline: 1px solid red }";
      document.head.append(style);
    });
    const noticed = /^against the policy: style-src/;
    await until("it is noticed", async () => faults.some((text) => noticed.test(text)));
    faults.length = 0;
    await close();
  });

  it("all that a mouse reaches the Tab key reaches too", { timeout: 120_000 }, async () => {
    const { page, close } = await open(browser);
    const missed: string[] = [];
    for (const [name, path] of Object.entries(addresses)) {
      await page.goto(`${node.url}${path}`);
      await settled(page);
      for (const fault of await page.evaluate(onlyByMouse)) missed.push(`${name}: ${fault}`);
      const total = await page.evaluate(markStops);
      for (let step = 0; step < total + 12; step += 1) await page.keyboard.press("Tab");
      for (const fault of await page.evaluate(unvisited)) missed.push(`${name}: ${fault}`);
    }
    expect(missed).toEqual([]);
    await close();
  });

  it("works below a path that a proxy puts before it", async () => {
    const proxy = await Gate.start(node.url, PREFIX);
    const { page, close } = await open(browser);
    try {
      for (const path of ["/jobs/", "/jobs", addresses.job, addresses.batch]) {
        await page.goto(`${proxy.url}${path}`);
        await settled(page);
        await page.getByRole("status").getByText("Live").waitFor();
        expect(new URL(page.url()).pathname).toMatch(/^\/tools\/paceline\//);
      }
      await page.getByRole("link", { name: "Tasks" }).first().click();
      await page.waitForURL(`${proxy.url}/tasks`);
      await page.getByRole("link", { name: "predict", exact: true }).click();
      await page.getByRole("main").getByRole("link", { name: "Launch" }).click();
      await page.getByLabel(/^model/).fill("m");
      await page.getByLabel("Items", { exact: true }).fill("p1");
      await page.getByRole("button", { name: "Launch" }).click();
      await page.waitForURL(/\/tools\/paceline\/jobs\/[0-9a-f-]{36}/);
      await page.getByRole("main").getByText("Completed", { exact: true }).first().waitFor();
    } finally {
      await close();
      proxy.stop();
    }
  });

  it("one tab is the one that is shown", async () => {
    const { page, close } = await open(browser);
    for (const [path, name] of [
      ["/jobs", "Active"],
      ["/jobs?tab=all", "All"],
    ] as const) {
      await page.goto(`${node.url}${path}`);
      await settled(page);
      const current = page
        .getByRole("navigation", { name: "States" })
        .locator("[aria-current=page]");
      await current.filter({ hasText: name }).waitFor();
      expect(await current.count()).toBe(1);
    }
    await close();
  });
});

/** What axe finds, each with where it is. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(
    (rules) =>
      (window as unknown as { axe: typeof axe }).axe.run(document, {
        runOnly: { type: "tag", values: rules },
        resultTypes: ["violations"],
        rules: { "label-content-name-mismatch": { enabled: true } },
      }),
    RULES,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 3)
      .map((node) => `${id} at ${node.target.join(" ")}: ${node.html.slice(0, 120)}`),
  );
}

/** In the page: what looks as if it could be clicked, and has nothing in or around it for keys. */
function onlyByMouse(): string[] {
  const keys = "a[href], button, input, select, textarea, summary, [tabindex], label";
  return [...document.querySelectorAll<HTMLElement>("#root *")]
    .filter((it) => it.checkVisibility() && getComputedStyle(it).cursor === "pointer")
    .filter((it) => !it.closest(keys) && !it.querySelector(keys))
    .filter((it) => !it.closest("[data-opens]"))
    .map((it) => `only by mouse: ${it.outerHTML.slice(0, 100)}`);
}

type Stops = { stops: Set<Element>; faint: string[] };

/** In the page: all that the Tab key should stop at; how many there are. */
function markStops(): number {
  const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const stops = [...document.querySelectorAll<HTMLInputElement>(all)].filter((it) => {
    const scrolls = it.matches("pre, [role=log]");
    return (
      it.checkVisibility({ visibilityProperty: true }) &&
      !it.disabled &&
      it.tabIndex >= 0 &&
      !scrolls
    );
  });
  const state: Stops = { stops: new Set(stops), faint: [] };
  Object.assign(window, { tabbed: state });
  document.addEventListener("focusin", ({ target }) => {
    const element = target as HTMLElement;
    state.stops.delete(element);
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const marked = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    if (!marked) state.faint.push(element.outerHTML.slice(0, 100));
  });
  (document.activeElement as HTMLElement | null)?.blur();
  return stops.length;
}

/** In the page: what was not stopped at, or did not show it. What is drawn anew is not counted. */
function unvisited(): string[] {
  const { stops, faint } = (window as unknown as { tabbed: Stops }).tabbed;
  const missed = [...stops].filter((it) => it.isConnected);
  return [
    ...missed.map((it) => `not reached: ${it.outerHTML.slice(0, 100)}`),
    ...faint.map((it) => `focus not seen: ${it}`),
  ];
}
