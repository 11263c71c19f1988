// What holds for every page: no fault in it, readable in both themes, by keys, on a phone, below a path.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Gate, PREFIX } from "./harness/gate";
import { Keys } from "./harness/keys";
import { drawn, PHONE, WIDE } from "./harness/looks";
import { OVERLAYS } from "./harness/overlays";
import { fill } from "./harness/pages";
import { faults, main, mark, node, page, question, stage, to } from "./harness/stage";
import { STORES } from "./harness/stores";
import { until } from "./harness/wait";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

describe.each(STORES)("on %s", (store) => {
  stage(store);

  let addresses: Record<string, string>;
  beforeAll(async () => {
    addresses = await fill(node);
  });

  // What the store has no part in is looked at on one of them.
  const once = store === STORES[0];
  const themes = once ? (["light", "dark"] as const) : (["light"] as const);

  /** What is wrong with what is seen now. */
  const unreadable = async (name: string, colorScheme: (typeof themes)[number]) => {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(drawn);
    return (await violations()).map((fault) => `${name}, ${colorScheme}: ${fault}`);
  };
  const tooWide = async (name: string) => {
    await page.setViewportSize(PHONE);
    await page.evaluate(drawn);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.setViewportSize(WIDE);
    return width > PHONE.width ? [`${name}: ${width} wide on a phone`] : [];
  };
  const onlyOfTheMouse = async (name: string) => {
    const missed = await page.evaluate(onlyByMouse);
    const total = await page.evaluate(markStops);
    for (let step = 0; step < total + 12; step += 1) await page.keyboard.press("Tab");
    return [...missed, ...(await page.evaluate(unvisited))].map((fault) => `${name}: ${fault}`);
  };

  it("every page can be read and used by everybody", { timeout: 180_000 }, async () => {
    const found: string[] = [];
    await page.setViewportSize(WIDE);
    for (const [name, path] of Object.entries(addresses)) {
      await to(path);
      for (const theme of themes) found.push(...(await unreadable(name, theme)));
      await page.emulateMedia({ colorScheme: "light" });
      if (once) found.push(...(await tooWide(name)), ...(await onlyOfTheMouse(name)));
    }
    expect(found).toEqual([]);
  });

  it.runIf(once).each(themes)("so can what lies over a page, in the %s theme", async (theme) => {
    const found: string[] = [];
    await page.emulateMedia({ colorScheme: theme });
    for (const { name, path, open, role } of OVERLAYS) {
      await to(path);
      await open(page);
      await page.getByRole(role).first().waitFor();
      found.push(...(await unreadable(name, theme)));
    }
    expect(found).toEqual([]);
  });

  it("a job is launched, looked at and cancelled by keys alone", async () => {
    const { press, tabTo, focused } = new Keys(page);
    await to("/jobs");
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
    await question().waitFor();
    await until("the dialog's button", async () => {
      if ((await focused()) === "Cancel") return true;
      await press("Tab");
      return false;
    });
    await press("Enter");
    await main().getByText("Cancelled", { exact: true }).first().waitFor();
  });

  it("addresses that are none say so", async () => {
    await page.goto(`${node.url}/nothing/here`);
    await page.getByRole("link", { name: /jobs/i }).first().waitFor();
    await page.goto(`${node.url}/jobs/019d0f3a-0000-7000-8000-000000000000`);
    await page
      .getByRole("alert")
      .getByText(/there is no job/)
      .waitFor();
  });

  if (!once) return;

  it("dialogs, menus, toasts and plots keep to the policy, and look as they should", async () => {
    const styleOf = (selector: string, property: "overflowY" | "position") =>
      page.locator(selector).evaluate((it, name) => getComputedStyle(it)[name], property);
    await to("/jobs?tab=all");
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
    await to("/templates");
    await page.getByRole("button", { name: "Delete weekly" }).click();
    await question().waitFor();
    await page.keyboard.press("Escape");
    await to("/tasks/report");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText("report is paused").waitFor();
    expect(await styleOf("[data-sonner-toaster]", "position")).toBe("fixed");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("report goes on").waitFor();
    await to(addresses.plots as string);
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
  });

  it("works below a path that a proxy puts before it", async () => {
    const proxy = await Gate.start(node.url, PREFIX);
    try {
      for (const path of ["/jobs/", "/jobs", addresses.job, addresses.batch]) {
        await to(path as string, proxy.url);
        await mark("Live");
        expect(new URL(page.url()).pathname).toMatch(/^\/tools\/paceline\//);
      }
      await page.getByRole("link", { name: "Tasks" }).first().click();
      await page.waitForURL(`${proxy.url}/tasks`);
      await page.getByRole("link", { name: "predict", exact: true }).click();
      await main().getByRole("link", { name: "Launch" }).click();
      await page.getByLabel(/^model/).fill("m");
      await page.getByLabel("Items", { exact: true }).fill("p1");
      await page.getByRole("button", { name: "Launch" }).click();
      await page.waitForURL(/\/tools\/paceline\/jobs\/[0-9a-f-]{36}/);
      await main().getByText("Completed", { exact: true }).first().waitFor();
    } finally {
      proxy.stop();
    }
  });

  it("one tab is the one that is shown", async () => {
    for (const [path, name] of [
      ["/jobs", "Active"],
      ["/jobs?tab=all", "All"],
    ] as const) {
      await to(path);
      const current = page
        .getByRole("navigation", { name: "States" })
        .locator("[aria-current=page]");
      await current.filter({ hasText: name }).waitFor();
      expect(await current.count()).toBe(1);
    }
  });
});

/** What axe finds, each with where it is. */
async function violations(): Promise<string[]> {
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
