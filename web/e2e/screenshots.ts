// Pictures of every page, light, dark and on a phone, in `web/screenshots`: to be looked at.
import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { it } from "vitest";
import { open, startBrowser } from "./harness/browser";
import { Node } from "./harness/node";
import { fill, settled } from "./harness/pages";

const FOLDER = resolve(import.meta.dirname, "../screenshots");
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 740 };

const LOOKS = {
  light: { colorScheme: "light", viewport: WIDE },
  dark: { colorScheme: "dark", viewport: WIDE },
  phone: { colorScheme: "light", viewport: PHONE },
} as const;

it("takes pictures of every page", async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const node = await Node.start();
  const browser = await startBrowser();
  try {
    const addresses = await fill(node);
    for (const [look, options] of Object.entries(LOOKS)) {
      const { page, close } = await open(browser, options);
      for (const [name, path] of Object.entries(addresses)) {
        await page.goto(`${node.url}${path}`);
        await settled(page);
        await page.screenshot({ path: resolve(FOLDER, `${name}-${look}.png`), fullPage: true });
      }
      await close();
    }
  } finally {
    await browser.close();
    await node.end();
  }
});
