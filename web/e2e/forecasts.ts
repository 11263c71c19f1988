// Pictures of the forecasts example's own app, at work: `make screenshots`.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { open, startBrowser } from "./harness/browser";
import { LOOKS, PICTURES } from "./harness/looks";
import { until } from "./harness/wait";

const EXAMPLE = resolve(import.meta.dirname, "../../examples/forecasts");

it("takes pictures of the forecasts example", async () => {
  mkdirSync(PICTURES, { recursive: true });
  const python = process.env.PACELINE_PYTHON ?? "python3";
  const folder = mkdtempSync(join(tmpdir(), "pl-forecasts-"));
  const build = { FORECASTS_BUILD: folder };
  const demo = start(python, ["-m", "forecasts", "demo", "--skus", "40"], EXAMPLE, build);
  const browser = await startBrowser();
  let server: ChildProcess | undefined;
  try {
    const node = "http://127.0.0.1:7421";
    await until("the node is up", async () => (await fetch(`${node}/health`)).ok);
    const vite = resolve(EXAMPLE, "web/node_modules/.bin/vite");
    const address = new Promise<string>((found) => {
      server = start(vite, ["--port", "4174"], resolve(EXAMPLE, "web"), { PACELINE_SERVER: node });
      if (!server.stdout) return;
      createInterface({ input: server.stdout }).on("line", (line) => {
        const [url] = /http:\/\/[a-z0-9.:]+[0-9]/.exec(line) ?? [];
        if (url) found(url);
      });
    });
    const url = await address;
    for (const [look, options] of Object.entries(LOOKS)) {
      const { page, close } = await open(browser, options);
      const picture = (name: string) =>
        page.screenshot({
          path: resolve(PICTURES, `forecasts-${name}-${look}.png`),
          fullPage: true,
        });
      await page.goto(url);
      await page.getByRole("table").getByRole("link").first().waitFor();
      await picture("list");
      await page.getByRole("table").getByRole("link").first().click();
      await page.getByRole("img", { name: /weeks of the past/ }).waitFor();
      await page.getByText("Forecast in numbers").click();
      await picture("chosen");
      await launch(page);
      await picture("search");
      await page.getByRole("button", { name: /^Searches/ }).click();
      await page.getByRole("dialog").waitFor();
      await picture("popup");
      await page.keyboard.press("Escape");
      expect(await width(page)).toBeLessThanOrEqual(options.viewport.width);
      await close();
    }
  } finally {
    await browser.close();
    server?.kill("SIGTERM");
    demo.kill("SIGINT");
    await new Promise((ended) => demo.once("exit", ended));
    rmSync(folder, { recursive: true, force: true });
  }
});

async function launch(page: Page): Promise<void> {
  await page.getByRole("spinbutton").fill("400");
  await page.getByRole("button", { name: "Find the best parameters" }).click();
  await page.getByRole("progressbar").first().waitFor();
}

function width(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

function start(program: string, args: string[], cwd: string, more: object): ChildProcess {
  const env = { ...process.env, ...more };
  return spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "ignore"] });
}
