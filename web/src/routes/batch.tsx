// One batch: how far all of it is, and its jobs.
import { formatDuration, formatTime, JobTable } from "@paceline/react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { BatchBar, BatchStates } from "~/features/batches/BatchBar";
import { BatchControls } from "~/features/batches/BatchControls";
import { menuOf } from "~/features/jobs/JobMenu";
import { jobHref } from "~/lib/base";
import { useBatch } from "~/lib/reads";

const route = getRouteApi("/batches/$id");

export function BatchPage() {
  const { id } = route.useParams();
  const query = useBatch(id);
  return (
    <PageFrame
      title={id}
      trail={
        <Link to="/batches" className="hover:underline">
          Batches
        </Link>
      }
      actions={query.data && <BatchControls batch={query.data} />}
    >
      <Loaded query={query} what="the batch">
        {(batch) => (
          <>
            <section
              aria-label="Progress"
              className="flex flex-col gap-3 rounded-lg border border-border bg-surface p-4 md:p-5"
            >
              {batch.reason && (
                <p dir="auto" className="break-words">
                  {batch.reason}
                </p>
              )}
              <BatchBar batch={batch} large />
              <p className="text-[13px] text-muted">
                Jobs: <BatchStates jobs={batch.jobs} />
                {batch.state !== "completed" &&
                  batch.progress.eta_seconds != null &&
                  ` · ${formatDuration(batch.progress.eta_seconds)} left`}
                {batch.completed_at && ` · ended ${formatTime(batch.completed_at)}`}
              </p>
            </section>
            <section aria-label="Jobs of the batch" className="flex flex-col gap-2">
              <div className="flex items-baseline justify-between gap-4">
                <h2 className="text-sm font-semibold">Latest jobs</h2>
                <Link
                  to="/jobs"
                  search={{ tab: "all", batch: id }}
                  className="text-[13px] text-accent underline underline-offset-2"
                >
                  All of them, with filters
                </Link>
              </div>
              <JobTable filter={{ batch: id }} limit={25} href={jobHref} actions={menuOf} />
            </section>
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}
