// The history of a task, of as much time as the address says.
import { lazy, Suspense } from "react";
import { Loading } from "~/components/Blank";
import { LinkTabs } from "~/components/LinkTabs";
import { HISTORY_WINDOWS, type HistoryWindow } from "~/lib/search";
import { PLACE } from "./history";

const HistoryPlots = lazy(() => import("./HistoryPlots"));

const LABELS: Record<HistoryWindow, string> = {
  "24h": "Day",
  "7d": "Week",
  "30d": "30 days",
  "90d": "90 days",
};

export function TaskHistory({ task, window }: { task: string; window: HistoryWindow }) {
  const tabs = HISTORY_WINDOWS.map((name) => ({
    name,
    label: LABELS[name],
    link: {
      to: "/tasks/$name",
      params: { name: task },
      search: name === "24h" ? {} : { window: name },
      replace: true,
    } as const,
  }));
  return (
    <section aria-label="History" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-x-4">
        <h2 className="text-sm font-semibold">History</h2>
        <LinkTabs label="Time that the history shows" tabs={tabs} current={window} />
      </div>
      <Suspense fallback={<Loading label="Loading the plots" className={PLACE} />}>
        <HistoryPlots task={task} window={window} />
      </Suspense>
    </section>
  );
}
