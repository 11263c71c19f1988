// Jobs of the node on stage: how they are submitted, and what becomes of them.
import { node } from "./stage";
import { until } from "./wait";

export type Job = {
  id: string;
  name: string;
  state: string;
  priority: string;
  progress: { total: number; done: number; succeeded: number; failed: number };
};

export type Counts = Record<string, number>;

/** A start that does not come. */
export const NEVER = "2099-01-01T00:00:00Z";

export const submit = (job: object) => node.post<Job>("/jobs", job);

export const races = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ key: `r${place + 1}` }));

/** Takes so long for each item. */
export const predict = (items: { key: string }[], pace_ms: number, more: object = {}) =>
  submit({ task: "predict", params: { model: "m", pace_ms }, items, ...more });

export const read = ({ id }: { id: string }) => node.get<Job>(`/jobs/${id}`);

/** How many of those that match are in which state. */
export const counts = async (filter: string): Promise<Counts> =>
  (await node.get<{ states: Counts }>(`/jobs/counts?${filter}`)).states;

export const reaches = (job: { id: string }, ...states: string[]) =>
  until(`the job is ${states.join(" or ")}`, async () => {
    const now = await read(job);
    return states.includes(now.state) && now;
  });

export const ended = (job: { id: string }) => reaches(job, "completed", "failed", "cancelled");
