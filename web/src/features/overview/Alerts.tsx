import { type Alert, formatAgo, useNow } from "@paceline/react";
import { TriangleAlert } from "lucide-react";

/** What a person should look at; nothing at all when there is nothing. */
export function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  const now = useNow();
  if (alerts.length === 0) return null;
  return (
    <section aria-label="Alerts" className="rounded-lg border border-paused/40 bg-paused/8">
      <ul className="divide-y divide-paused/20">
        {alerts.map((alert) => (
          <li
            key={`${alert.code} ${alert.subject}`}
            className="flex items-start gap-2.5 px-4 py-2.5 text-[13px]"
          >
            <TriangleAlert size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-paused" />
            <p dir="auto" className="min-w-0 flex-1 break-words">
              {alert.message}
            </p>
            {alert.since && (
              <time dateTime={alert.since} className="shrink-0 text-xs text-muted">
                {formatAgo(alert.since, now)}
              </time>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
