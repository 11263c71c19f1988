// What the job was given, and how it is run.
import { formatTime, type Job } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Json } from "~/components/Json";

export default function JobOptions({ job }: { job: Job }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="rounded-lg border border-border bg-surface px-4 pt-2 pb-4">
        <Json label="Params" value={job.params} />
      </div>
      <div className="flex flex-col gap-4">
        <Pairs title="The job" pairs={about(job)} />
        <Pairs title="Options" pairs={options(job)} />
      </div>
    </div>
  );
}

type Pair = [name: string, value: ReactNode];

function filtered(search: Record<string, string>, text: string): ReactNode {
  return (
    <Link
      to="/jobs"
      search={{ tab: "all", ...search }}
      className="text-accent underline underline-offset-2"
    >
      <bdi>{text}</bdi>
    </Link>
  );
}

function about(job: Job): Pair[] {
  return [
    [
      "Id",
      <code key="id" className="font-mono text-xs wrap-anywhere">
        {job.id}
      </code>,
    ],
    ["Task", filtered({ task: job.task }, job.task)],
    ["Queue", filtered({ queue: job.queue }, job.queue)],
    ["Priority", job.priority],
    ["User", job.user ? filtered({ user: job.user }, job.user) : null],
    ["Key", job.key ? filtered({ key: job.key }, job.key) : null],
    ["Batch", job.batch ? filtered({ batch: job.batch }, job.batch) : null],
    ["Labels", labels(job)],
    ["Attempt", String(job.attempt)],
    ["Created", formatTime(job.created_at)],
    ["Start not before", job.run_at ? formatTime(job.run_at) : null],
    ["Started", job.started_at ? formatTime(job.started_at) : null],
    ["Ended", job.finished_at ? formatTime(job.finished_at) : null],
  ];
}

function labels(job: Job): ReactNode {
  const all = Object.entries(job.labels);
  if (all.length === 0) return null;
  return all.map(([name, value]) => (
    <span key={name} className="mr-2">
      {filtered({ label: `${name}:${value}` }, `${name}:${value}`)}
    </span>
  ));
}

function options({ options: it }: Job): Pair[] {
  return [
    ["Workers", it.workers === -1 ? "as many as there are" : String(it.workers)],
    ["Chunk size", String(it.chunk_size)],
    ["Concurrency", String(it.concurrency)],
    ["Most memory of a worker", it.max_memory ? String(it.max_memory) : null],
    ["Time for an item", it.item_timeout ? String(it.item_timeout) : null],
    ["Time for the job", String(it.timeout)],
    ["Attempts", attemptsText(it.retry)],
    ["Failures that it bears", String(it.max_failures)],
    ["Only new items", it.only_new ? "yes" : "no"],
  ];
}

/** There is nothing to wait for where an item is tried once. */
function attemptsText({ attempts, base, factor, max }: Job["options"]["retry"]): string {
  if (attempts === 1) return "1";
  return `${attempts}; first ${base} between them, each time ${factor} times as long, at most ${max}`;
}

function Pairs({ title, pairs }: { title: string; pairs: Pair[] }) {
  return (
    <section aria-label={title} className="rounded-lg border border-border bg-surface p-4">
      <h2 className="mb-2 text-xs text-muted">{title}</h2>
      <dl className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-[13px]">
        {pairs
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
