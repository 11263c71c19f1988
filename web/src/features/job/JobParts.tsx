// The parts of a job's page, one at a time; the heavier ones are loaded when they are looked at.
import { formatCount, type Job } from "@paceline/react";
import { lazy, type ReactNode, Suspense } from "react";
import { Loading } from "~/components/Blank";
import { type LinkTab, LinkTabs } from "~/components/LinkTabs";
import type { JobPart, JobSearch } from "~/lib/search";

const items = () => import("./JobItems");
const options = () => import("./JobOptions");
const result = () => import("./JobResult");
const timeline = () => import("./JobTimeline");

/** Loaded ahead like the other pages, so that they open while the server is away. */
export const LIGHT_PARTS: readonly (() => Promise<unknown>)[] = [items, timeline, result, options];

/** Begins to load what most jobs show first, before it is known what the job is. */
export function loadItemsAhead(asked: JobPart | undefined): void {
  if (!asked || asked === "items") void items().catch(() => undefined);
}

const JobGraph = lazy(() => import("./JobGraph"));
const JobItems = lazy(items);
const JobLog = lazy(() => import("./JobLog"));
const JobOptions = lazy(options);
const JobPlots = lazy(() => import("./JobPlots"));
const JobResult = lazy(result);
const JobTimeline = lazy(timeline);

const LABELS: Record<JobPart, string> = {
  items: "Items",
  log: "Log",
  timeline: "Timeline",
  plots: "Plots",
  result: "Result",
  options: "Params & options",
  graph: "Graph",
};

/** A job without items begins with its log, and has no items to show. */
export function partsOf(job: Job): JobPart[] {
  const unit = job.kind === "unit";
  return unit
    ? ["log", "result", "timeline", "plots", "options", "graph"]
    : ["items", "log", "timeline", "plots", "result", "options", "graph"];
}

export function JobParts({ job, search }: { job: Job; search: JobSearch }) {
  const parts = partsOf(job);
  const part = search.tab && parts.includes(search.tab) ? search.tab : (parts[0] ?? "log");
  const tabs: LinkTab[] = parts.map((name) => ({
    name,
    label: LABELS[name],
    link: {
      to: "/jobs/$id",
      params: { id: job.id },
      search: { tab: name === parts[0] ? undefined : name },
    },
    ...(name === "items" && { note: formatCount(job.progress.total) }),
  }));
  return (
    <>
      <LinkTabs label="Parts of the job" tabs={tabs} current={part} />
      <section aria-label={LABELS[part]}>
        <Suspense fallback={<Loading label={`Loading: ${LABELS[part]}`} className="h-64" />}>
          {show(part, job, search)}
        </Suspense>
      </section>
    </>
  );
}

function show(part: JobPart, job: Job, search: JobSearch): ReactNode {
  switch (part) {
    case "items":
      return <JobItems job={job} search={search} />;
    case "log":
      return <JobLog job={job} />;
    case "timeline":
      return <JobTimeline job={job} />;
    case "plots":
      return <JobPlots job={job} />;
    case "result":
      return <JobResult job={job} />;
    case "options":
      return <JobOptions job={job} />;
    case "graph":
      return <JobGraph job={job} />;
  }
}
