// A row of tabs that is wider than its place is scrolled to where the chosen one is seen.
import { useLayoutEffect, useRef } from "react";

/** For the row; `drawn` changes with the chosen tab and with how wide the tabs are. */
export function useCurrentSeen(drawn: string) {
  const row = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn says when
  useLayoutEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (!row.current || !tab) return;
    const place = tab.getBoundingClientRect().left - row.current.getBoundingClientRect().left;
    row.current.scrollLeft += place - (row.current.clientWidth - tab.offsetWidth) / 2;
  }, [drawn]);
  return row;
}
