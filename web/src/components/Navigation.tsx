// The ways to the pages: a list at the side, a bar at the bottom of a phone.
import { useQueueStatus } from "@paceline/react";
import { Link, useNavigate } from "@tanstack/react-router";
import { Ellipsis, Search } from "lucide-react";
import { PAGES, type Page } from "~/nav";
import { Menu } from "./Menu";

/** So many fit beside each other on a phone, "More" included. */
const IN_BAR = 5;

function useBadge(): (page: Page) => number {
  const { data } = useQueueStatus();
  const running = data?.jobs.running ?? 0;
  return (page) => (page.to === "/jobs" ? running : 0);
}

export function SideNav({ openPalette }: { openPalette: () => void }) {
  const badge = useBadge();
  return (
    <nav aria-label="Pages" className="mt-4 hidden flex-col gap-0.5 md:flex">
      <button
        type="button"
        onClick={openPalette}
        className="mb-3 flex h-8 items-center gap-2 rounded-md border border-border bg-surface px-2 text-[13px] text-muted hover:text-text"
      >
        <Search size={14} aria-hidden="true" />
        Go to …<kbd className="ml-auto font-sans text-xs">Ctrl K</kbd>
      </button>
      {PAGES.map((page) => (
        <Link
          key={page.to}
          to={page.to}
          activeOptions={{ exact: page.to === "/", includeSearch: false }}
          className="flex h-8 items-center gap-2.5 rounded-md px-2 text-[13px] text-muted hover:bg-hover hover:text-text aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-text"
        >
          <page.icon size={16} aria-hidden="true" />
          {page.label}
          <Badge count={badge(page)} />
        </Link>
      ))}
    </nav>
  );
}

function Badge({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="ml-auto rounded-full bg-accent-soft px-1.5 text-xs font-medium text-accent tabular-nums">
      {count}
      <span className="sr-only"> running</span>
    </span>
  );
}

const CELL =
  "flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-[11px] text-muted aria-[current]:text-accent aria-[current]:font-medium";

export function BottomBar() {
  const navigate = useNavigate();
  const fits = PAGES.length <= IN_BAR;
  const shown = fits ? PAGES : PAGES.slice(0, IN_BAR - 1);
  const more = PAGES.slice(shown.length).map((page) => ({
    label: page.label,
    icon: page.icon,
    run: () => void navigate({ to: page.to }),
  }));
  return (
    <nav
      aria-label="Pages"
      className="fixed inset-x-0 bottom-0 z-30 flex border-t border-border bg-surface md:hidden"
    >
      {shown.map((page) => (
        <Link
          key={page.to}
          to={page.to}
          activeOptions={{ exact: page.to === "/", includeSearch: false }}
          className={CELL}
        >
          <page.icon size={18} aria-hidden="true" />
          {page.label}
        </Link>
      ))}
      {more.length > 0 && (
        <Menu entries={more}>
          <button type="button" className={CELL}>
            <Ellipsis size={18} aria-hidden="true" />
            More
          </button>
        </Menu>
      )}
    </nav>
  );
}
