// Keeps what was read true: events are written into it, and what they only hint at is asked again,
// soon but never more often than people can see.
import type { QueryClient } from "@tanstack/react-query";
import type { Job, JobEvent, JobPage, Status } from "../api/types";
import type { LiveConnection } from "./connection";
import { staleBy } from "./keys";
import { patchAll } from "./patch";
import { rewrite } from "./rewrite";

/** Least time between two readings of one family, in ms. */
const PACE_MS = 1000;
const SLOW_MS = 2500;
/** What is large, and moves too little in a second for people to see it. */
const SLOWEST_MS = 10_000;
const PACES: Record<string, number> = {
  "job-part": SLOW_MS,
  batches: SLOW_MS,
  batch: SLOW_MS,
  tasks: SLOW_MS,
  task: SLOW_MS,
  notifications: SLOW_MS,
  queues: SLOW_MS,
  "ended-jobs": SLOWEST_MS,
  "task-history": SLOWEST_MS,
};

export class LiveSync {
  private readonly client: QueryClient;
  /** When each key was asked last, and the timer of the next time. */
  private readonly asked = new Map<string, number>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private detach: (() => void) | null = null;

  constructor(client: QueryClient) {
    this.client = client;
  }

  attach(connection: LiveConnection): void {
    this.detach = connection.subscribe({
      onEvents: (events) => this.apply(events),
      // What was read before the stream was there may be older than its first event.
      onOpen: () => void this.client.invalidateQueries({}, { cancelRefetch: false }),
    });
  }

  stop(): void {
    this.detach?.();
    this.detach = null;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  apply(events: JobEvent[]): void {
    const byJob = new Map<string, JobEvent[]>();
    const stale = new Set<string>();
    for (const event of events) {
      for (const family of staleBy(event.type)) stale.add(family);
      if (!event.job) continue;
      const known = byJob.get(event.job);
      if (known) known.push(event);
      else byJob.set(event.job, [event]);
    }
    if (byJob.size > 0) this.patch(byJob);
    const read = this.jobsRead();
    for (const [job, its] of byJob) {
      if (!read.has(job) || its.every((event) => event.type === "job.log")) continue;
      this.ask(["job", job]);
      this.ask(["job-part", job]);
    }
    for (const family of stale) this.ask([family]);
  }

  /** Ids of the jobs of which something was read: of thousands of events few are of these. */
  private jobsRead(): Set<string> {
    const read = new Set<string>();
    for (const { queryKey } of this.client.getQueryCache().getAll()) {
      const [family, id] = queryKey;
      if ((family === "job" || family === "job-part") && typeof id === "string") read.add(id);
    }
    return read;
  }

  private patch(byJob: Map<string, JobEvent[]>): void {
    for (const [id, events] of byJob) {
      const key = ["job", id];
      rewrite<Job>(this.client, key, (job) => patchAll(job, events));
    }
    const rows = (jobs: Job[]): Job[] => {
      let changed = false;
      const patched = jobs.map((job) => {
        const events = byJob.get(job.id);
        const after = events ? patchAll(job, events) : job;
        changed ||= after !== job;
        return after;
      });
      return changed ? patched : jobs;
    };
    rewrite<JobPage>(this.client, ["jobs"], (page) => {
      const items = rows(page.items);
      return items === page.items ? page : { ...page, items };
    });
    rewrite<Status>(this.client, ["status"], (status) => {
      const running = rows(status.running);
      return running === status.running ? status : { ...status, running };
    });
  }

  /** Reads again what is shown of this key: at once when it rested, else when it has. */
  private ask(key: string[]): void {
    const name = key.join("/");
    if (this.timers.has(name)) return;
    const pace = PACES[key[0] ?? ""] ?? PACE_MS;
    const wait = Math.max(0, (this.asked.get(name) ?? 0) + pace - Date.now());
    const fire = () => {
      // An answer that is on its way may be older than the event: wait for it, then ask.
      if (this.client.isFetching({ queryKey: key }) > 0) {
        this.timers.set(name, setTimeout(fire, 200));
        return;
      }
      this.timers.delete(name);
      this.asked.set(name, Date.now());
      void this.client.invalidateQueries({ queryKey: key }, { cancelRefetch: false });
    };
    this.timers.set(name, setTimeout(fire, wait));
  }
}
