// Chromium, and pages in it that fail their test when something in them went wrong.
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.PACELINE_CHROMIUM ?? "/usr/bin/chromium",
    // Containers rarely let a browser make its own walls.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

export type Watched = { page: Page; faults: string[]; close: () => Promise<void> };

/** Calls that a test makes fail on purpose are no faults of the page. */
const EXPECTED = [/Failed to load resource/, /net::ERR_/];

export async function open(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.addInitScript(sayViolations);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !EXPECTED.some((known) => known.test(text))) {
      faults.push(text);
    }
  });
  const close = async () => {
    await context.close();
    expect(faults).toEqual([]);
  };
  return { page, faults, close };
}

/** In the page: what its policy forbids is a fault, also where the browser is silent about it. */
function sayViolations(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    const { effectiveDirective, blockedURI, sourceFile, sample } = event;
    // biome-ignore lint/suspicious/noConsole: it is what the harness hears
    console.error(
      `against the policy: ${effectiveDirective} ${blockedURI} ${sourceFile} ${sample}`,
    );
  });
}
