// What went wrong, by kind and shape of the message: ten thousand failures are often two.
import { formatCount, type Job, unwrap } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { useJobPart } from "./useJobPart";

export function ErrorGroups({ job }: { job: Job }) {
  const { data } = useJobPart(job.id, "errors", [], (api, signal) => {
    const params = { path: { id: job.id } };
    return unwrap(api.GET("/api/v1/jobs/{id}/errors", { params, signal }));
  });
  if (!data || data.items.length === 0) return null;
  const most = Math.max(...data.items.map((group) => group.count));
  return (
    <section aria-label="Failures by kind" className="rounded-lg border border-border bg-surface">
      <ul className="divide-y divide-border">
        {data.items.map((group) => (
          <li key={`${group.kind} ${group.shape}`} className="flex gap-4 px-4 py-3">
            <div className="w-14 shrink-0">
              <p className="font-semibold text-failed tabular-nums">{formatCount(group.count)}</p>
              <div
                aria-hidden="true"
                className="mt-1 h-1 rounded-full bg-failed/70"
                style={{ width: `${Math.max(6, (group.count / most) * 100)}%` }}
              />
            </div>
            <div className="min-w-0 flex-1">
              <p dir="auto" className="font-mono text-[12.5px] break-words">
                {group.shape}
              </p>
              <p className="mt-0.5 text-xs break-words text-muted">
                {group.kind} · for example{" "}
                {group.examples.map((name, place) => (
                  <span key={name}>
                    {place > 0 && ", "}
                    <Link
                      to="/jobs/$id"
                      params={{ id: job.id }}
                      search={{ tab: "items", q: name }}
                      resetScroll={false}
                      className="text-accent underline underline-offset-2"
                    >
                      <bdi>{name}</bdi>
                    </Link>
                  </span>
                ))}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
