// Somebody who has no mouse: goes from stop to stop, and sees at each where the focus is.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { until } from "./wait";

export class Keys {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await this.#page.keyboard.press(key);
  };

  type = (text: string): Promise<void> => this.#page.keyboard.type(text);

  /** Writes over what a field holds. */
  fill = async (text: string): Promise<void> => {
    await this.press("Control+a");
    await this.type(text);
  };

  /** Goes on with the Tab key until what has this name has the focus; each stop shows that it has. */
  tabTo = (name: RegExp): Promise<void> => this.#goTo(name, "Tab");

  /** Goes back to it. */
  backTo = (name: RegExp): Promise<void> => this.#goTo(name, "Shift+Tab");

  #goTo = async (name: RegExp, key: string): Promise<void> => {
    const faint: string[] = [];
    await until(`${name} has the focus`, async () => {
      await this.press(key);
      const { called, seen } = await this.#page.evaluate(stop);
      if (!seen) faint.push(called);
      return name.test(called);
    });
    expect(faint, "stops where the focus is not seen").toEqual([]);
  };

  /** The name of what has the focus. */
  focused = async (): Promise<string> => (await this.#page.evaluate(stop)).called;

  /** The focus is, or comes back to, what has this name. */
  at = (name: RegExp | string): Promise<unknown> =>
    until(`the focus is at ${name}`, async () => {
      const called = await this.focused();
      return typeof name === "string" ? called === name : name.test(called);
    });
}

/** In the page: what has the focus, and whether that is seen. */
function stop(): { called: string; seen: boolean } {
  const element = document.activeElement;
  if (!element || element === document.body) return { called: "", seen: true };
  if (element.tagName === "MAIN") return { called: "(the page)", seen: true };
  const label = (element as HTMLInputElement).labels?.[0]?.textContent;
  const called = label ?? element.getAttribute("aria-label") ?? element.textContent ?? "";
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const seen = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  return { called: called.trim(), seen };
}
