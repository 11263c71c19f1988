// The three pictures of the README: a node at work, in `docs/images`.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { it } from "vitest";
import { open, startBrowser } from "./harness/browser";
import { PHONE } from "./harness/looks";
import { Node } from "./harness/node";
import { settled } from "./harness/pages";
import { until } from "./harness/wait";

type Job = { id: string; state: string; progress: { done: number } };

const FOLDER = resolve(import.meta.dirname, "../../docs/images");
/** Wide enough for a README, and no more bytes than it takes. */
const DESK = { width: 1200, height: 760 };
const QUALITY = 0.8;

it("takes the pictures of the README", async () => {
  const node = await Node.start();
  const browser = await startBrowser();
  try {
    const job = await work(node);
    await take(browser, "dashboard-overview", `${node.url}/`, { viewport: DESK });
    await take(browser, "dashboard-job", `${node.url}/jobs/${job.id}?tab=plots`, {
      viewport: DESK,
      colorScheme: "dark",
    });
    await take(browser, "dashboard-phone", `${node.url}/jobs?tab=all`, {
      viewport: PHONE,
      deviceScaleFactor: 2,
    });
  } finally {
    await browser.close();
    await node.end();
  }
});

/** A day of it in half a minute: some done, some failed, some at work, some that wait. */
async function work(node: Node): Promise<Job> {
  const items = (count: number, bad = 0) =>
    Array.from({ length: count }, (_, place) => ({
      key: place < bad ? `bad${place}` : `race-${place + 1}`,
    }));
  const predict = (count: number, pace_ms: number, more: object = {}, bad = 0) =>
    node.post<Job>("/jobs", {
      task: "predict",
      params: { model: "2026-10", pace_ms },
      items: items(count, bad),
      ...more,
    });
  await node.post("/batches", { name: "nightly", reason: "All races of the night" });
  for (let round = 0; round < 6; round += 1) {
    await predict(
      20 + round * 9,
      4 + round,
      { user: "ana", batch: "nightly" },
      round === 3 ? 4 : 0,
    );
    await node.post("/jobs", { task: "report", user: "ben" });
  }
  await predict(3, 1, { user: "chloe" }, 3);
  await node.post("/jobs", { task: "report", user: "ben", run_at: "2099-01-01T06:00:00Z" });
  const watched = await predict(1550, 25, { user: "ana", priority: "high" }, 2);
  await predict(400, 60, { user: "ben" });
  await predict(120, 80, { user: "chloe", priority: "low" });
  await until("it is well on its way", async () => {
    return (await node.get<Job>(`/jobs/${watched.id}`)).progress.done > 420;
  });
  return watched;
}

async function take(
  browser: Browser,
  name: string,
  address: string,
  options: BrowserContextOptions,
): Promise<void> {
  const { page, close } = await open(browser, options);
  await page.goto(address);
  await settled(page);
  await page.getByRole("status").getByText("Live").waitFor();
  const png = await page.screenshot();
  await close();
  const drawing = await browser.newPage();
  const webp = await drawing.evaluate(toWebp, [png.toString("base64"), QUALITY] as const);
  await drawing.close();
  writeFileSync(resolve(FOLDER, `${name}.webp`), Buffer.from(webp, "base64"));
}

/** In a page: the browser itself knows how to make it small. */
async function toWebp([png, quality]: readonly [string, number]): Promise<string> {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
