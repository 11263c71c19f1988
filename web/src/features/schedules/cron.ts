// What a cron expression means, while it is typed; the node decides once it is saved. Loaded with the
// page of schedules.
import { Cron } from "croner";
import cronstrue from "cronstrue";

/** "At 06:00 AM", or null when it means nothing. */
export function words(cron: string): string | null {
  const text = cron.trim();
  try {
    const named = NAMED[text.toLowerCase()] ?? text;
    return cronstrue.toString(named, { use24HourTimeFormat: true });
  } catch {
    return null;
  }
}

const NAMED: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** The next runs after `now`; null when the expression or the zone means nothing. */
export function nextRuns(cron: string, zone: string, now: Date, count = 5): Date[] | null {
  try {
    const rule = new Cron(cron.trim(), { timezone: zone.trim() || "UTC", paused: true });
    return rule.nextRuns(count, now);
  } catch {
    return null;
  }
}

/** A moment by the clocks of a zone. */
export function inZone(time: Date, zone: string): string {
  return time.toLocaleString("en-GB", {
    timeZone: zone.trim() || "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}
