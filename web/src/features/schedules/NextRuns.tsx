import { inZone, nextRuns, words } from "./cron";

/** What a cron expression says, and when it would run. */
export function NextRuns({ cron, zone }: { cron: string; zone: string }) {
  const said = words(cron);
  const runs = nextRuns(cron, zone, new Date());
  return (
    <div aria-live="polite" className="mt-4 rounded-md bg-sunken px-3 py-2.5 text-[13px]">
      {said && runs ? (
        <>
          <p className="font-medium">
            {said}
            <span className="font-normal text-muted"> · {zone.trim() || "UTC"}</span>
          </p>
          <p className="mt-1 text-xs text-muted">The next five runs</p>
          <ol className="tabular-nums">
            {runs.map((run) => (
              <li key={run.getTime()}>{inZone(run, zone)}</li>
            ))}
          </ol>
        </>
      ) : (
        <p className="text-muted">This means no time yet.</p>
      )}
    </div>
  );
}
