// Says so when one of one's own jobs ends: one that was launched or touched in this tab, before a
// reload too. Failures of all others are in the bell's list.
import { type JobEvent, usePaceline } from "@paceline/react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { toast } from "sonner";

const KEY = "paceline.own-jobs";
/** The newest that are known after a reload. */
const KEPT = 500;

const touched = new Set<string>(kept());

function kept(): string[] {
  try {
    const ids: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** Counts the job as one's own until the tab is closed. */
export function touch(id: string): void {
  touched.add(id);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...touched].slice(-KEPT)));
  } catch {
    // It holds until the page is left.
  }
}

/** The jobs that count as one's own. */
export function own(): ReadonlySet<string> {
  return touched;
}

/** More at once are told of together. */
const SINGLY = 3;

export type Ending = { id: string; failed: boolean };

/** Which events end one of these jobs. */
export function endings(events: readonly JobEvent[], own: ReadonlySet<string>): Ending[] {
  return events.flatMap((event) => {
    const ends = event.type === "job.completed" || event.type === "job.failed";
    if (!ends || !event.job || !own.has(event.job)) return [];
    return [{ id: event.job, failed: event.type === "job.failed" }];
  });
}

export function useEndToasts(): void {
  const { api, live } = usePaceline();
  const navigate = useNavigate();
  useEffect(() => {
    const tell = async ({ id, failed }: Ending) => {
      const { data: job } = await api.GET("/api/v1/jobs/{id}", { params: { path: { id } } });
      if (!job) return;
      const action = {
        label: "Show",
        onClick: () => void navigate({ to: "/jobs/$id", params: { id } }),
      };
      if (failed) {
        const description = job.error?.message.slice(0, 200);
        toast.error(`${job.name} failed`, { description, action, duration: 10_000 });
        return;
      }
      const { total, succeeded, failed: bad } = job.progress;
      const counts = total > 1 ? `${succeeded} of ${total} succeeded` : undefined;
      const say = bad > 0 ? toast.warning : toast.success;
      say(`${job.name} completed`, { description: counts, action });
    };
    return live.subscribe({
      onEvents: (events) => {
        const ended = endings(events, touched);
        if (ended.length > SINGLY) {
          const failed = ended.filter((ending) => ending.failed).length;
          const text = `${ended.length} jobs ended`;
          if (failed > 0) toast.error(`${text}, ${failed} of them failed`);
          else toast.success(text);
          return;
        }
        for (const ending of ended) void tell(ending).catch(() => undefined);
      },
    });
  }, [api, live, navigate]);
}
