// Tabs that are addresses: each can be shared, opened elsewhere, and gone back to.
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useCurrentSeen } from "~/lib/useCurrentSeen";

export type LinkTab = { name: string; label: string; note?: ReactNode; link: LinkProps };

export function LinkTabs({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: LinkTab[];
  current: string;
}) {
  const row = useCurrentSeen(current);
  return (
    <nav
      ref={row}
      aria-label={label}
      className="-mx-4 flex gap-1 overflow-x-auto border-b border-border px-4 md:mx-0 md:px-0"
    >
      {tabs.map((tab) => (
        <Link
          key={tab.name}
          {...tab.link}
          activeOptions={{ exact: true, includeSearch: true }}
          resetScroll={false}
          aria-current={tab.name === current ? "page" : undefined}
          className="flex shrink-0 items-center gap-2 border-b-2 border-transparent px-2.5 pt-1 pb-2 text-[13px] text-muted hover:text-text aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-text"
        >
          {tab.label}
          {tab.note !== undefined && (
            <span className="min-w-4 text-xs text-muted tabular-nums">{tab.note}</span>
          )}
        </Link>
      ))}
    </nav>
  );
}
