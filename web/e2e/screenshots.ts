// Pictures of every page, light, dark and on a phone, in `web/screenshots`: to be looked at.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { it } from "vitest";
import { open, startBrowser } from "./harness/browser";
import { LOOKS, PICTURES } from "./harness/looks";
import { Node } from "./harness/node";
import { OVERLAYS } from "./harness/overlays";
import { fill, settled } from "./harness/pages";

it("takes pictures of every page", async () => {
  mkdirSync(PICTURES, { recursive: true });
  const node = await Node.start();
  const browser = await startBrowser();
  try {
    const addresses = await fill(node);
    for (const [look, options] of Object.entries(LOOKS)) {
      const { page, close } = await open(browser, options);
      for (const [name, path] of Object.entries(addresses)) {
        await page.goto(`${node.url}${path}`);
        await settled(page);
        await page.screenshot({ path: resolve(PICTURES, `${name}-${look}.png`), fullPage: true });
      }
      for (const { name, path, open, role } of OVERLAYS) {
        await page.goto(`${node.url}${path}`);
        await settled(page);
        await open(page);
        await page.getByRole(role).first().waitFor();
        await page.screenshot({ path: resolve(PICTURES, `over-${name}-${look}.png`) });
      }
      await close();
    }
  } finally {
    await browser.close();
    await node.end();
  }
});
