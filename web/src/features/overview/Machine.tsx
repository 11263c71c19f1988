// The machine that answers, its workers, and when it last cleaned up.
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  type Status,
  useNow,
} from "@paceline/react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { OtherNodes } from "./OtherNodes";

export function Machine({ status }: { status: Status }) {
  const now = useNow();
  const { machine, workers, last_clean_up: cleaned } = status;
  const total = machine.memory_total_bytes ?? 0;
  const used = total - (machine.memory_available_bytes ?? total);
  const cores = machine.cores ?? 0;
  const busy = workers.filter((worker) => worker.state === "busy").length;
  const broken = workers.filter((worker) => worker.state === "broken").length;
  return (
    <section
      aria-label="This node"
      className="rounded-lg border border-border bg-surface p-4 md:p-5"
    >
      <h2 className="mb-3 font-medium">This node</h2>
      <div className="grid gap-x-8 gap-y-3 text-[13px] sm:grid-cols-3 2xl:grid-cols-1">
        {machine.load != null && cores > 0 && (
          <Meter label="Load" share={machine.load / cores} high={1.5}>
            {machine.load.toFixed(1)} on {cores} cores
          </Meter>
        )}
        {total > 0 && (
          <Meter label="Memory" share={used / total} high={0.9}>
            {formatBytes(used)} of {formatBytes(total)}
          </Meter>
        )}
        {workers.length > 0 && (
          <Meter label="Workers" share={busy / workers.length}>
            <Link to="/workers" className="underline underline-offset-2">
              {busy} of {workers.length} busy
            </Link>
            {broken > 0 && <span className="text-failed">, {broken} broken</span>}
          </Meter>
        )}
        <p className="border-t border-border pt-3 text-xs text-muted sm:col-span-3 2xl:col-span-1">
          Up for {formatDuration(status.uptime_seconds)}
          {cleaned && (
            <>
              {" · "}last clean-up {formatAgo(cleaned.at, now)}: {formatCount(cleaned.jobs)} jobs
              removed
            </>
          )}
        </p>
        <OtherNodes />
      </div>
    </section>
  );
}

/** `high`: from this share on it is more than is good. */
type MeterProps = { label: string; share: number; high?: number; children: ReactNode };

function Meter({ label, share, high = Number.POSITIVE_INFINITY, children }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div>
      <div className="mb-1 flex justify-between gap-3">
        <span className="text-muted">{label}</span>
        <span className="tabular-nums">{children}</span>
      </div>
      <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-hover">
        <div
          className={`h-full rounded-full ${share > high ? "bg-failed" : "bg-accent-solid"}`}
          style={{ width: `${percent}%` }}
        />
      </div>
    </div>
  );
}
