// A page as people see it: light, dark and on a phone; and what must hold for each of the three.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Not in the repository: to be looked at. */
export const PICTURES = resolve(import.meta.dirname, "../../screenshots");

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 375, height: 740 };

export const LOOKS = {
  light: { colorScheme: "light", viewport: WIDE },
  dark: { colorScheme: "dark", viewport: WIDE },
  phone: { colorScheme: "light", viewport: PHONE },
} as const;

/**
 * Looks at the page in each of them, and leaves it wide: nothing sticks out to the side, no text
 * lies on another. `make screenshots` keeps a picture of each.
 */
export async function see(page: Page, name: string): Promise<void> {
  const kept = process.env.PACELINE_PICTURES !== undefined;
  if (kept) mkdirSync(PICTURES, { recursive: true });
  for (const [look, { colorScheme, viewport }] of Object.entries(LOOKS)) {
    // Nothing is elsewhere in the dark.
    if (look === "dark" && !kept) continue;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.evaluate(drawn);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, `${name}, ${look}: the width of the page`).toBeLessThanOrEqual(viewport.width);
    expect(await overlaps(page), `${name}, ${look}: texts on each other`).toEqual([]);
    const path = resolve(PICTURES, `${name}-${look}.png`);
    if (kept) await page.screenshot({ path, fullPage: true });
  }
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: "light" });
}

/** In the page: what has changed is on the screen. */
export function drawn(): Promise<void> {
  return new Promise((resume) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resume, 30)));
  });
}

/** Pairs of texts that are drawn on each other, of those that are meant to stand side by side. */
function overlaps(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Box = { left: number; top: number; right: number; bottom: number };
    const meet = (one: Box, other: Box): Box => ({
      left: Math.max(one.left, other.left),
      top: Math.max(one.top, other.top),
      right: Math.min(one.right, other.right),
      bottom: Math.min(one.bottom, other.bottom),
    });
    /** What of the box is not cut off by what is around it; `null` for what floats over the page. */
    const seen = (of: Box, within: Element): Box | null => {
      let box = of;
      for (let it: Element | null = within; it && it !== document.body; it = it.parentElement) {
        const { overflowX, position, clipPath } = getComputedStyle(it);
        if (["fixed", "sticky", "absolute"].includes(position) || clipPath !== "none") return null;
        if (overflowX !== "visible") box = meet(box, it.getBoundingClientRect());
      }
      return box;
    };
    const texts: { node: Node; box: Box }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const around = node.parentElement;
      if (!around || !node.textContent?.trim() || !around.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        const box = seen(rect, around);
        if (box && box.right > box.left && box.bottom > box.top) texts.push({ node, box });
      }
    }
    const found: string[] = [];
    texts.forEach(({ node, box }, place) => {
      for (const other of texts.slice(place + 1)) {
        const both = meet(box, other.box);
        // Lines may touch: a letter's box is higher than the letter.
        if (node === other.node || both.right - both.left < 3 || both.bottom - both.top < 7)
          continue;
        found.push(`${node.textContent?.slice(0, 40)} | ${other.node.textContent?.slice(0, 40)}`);
      }
    });
    return found.slice(0, 5);
  });
}
