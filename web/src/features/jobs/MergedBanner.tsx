import { formatCount, useJobCounts } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "~/components/Button";
import { MergedIcon } from "~/components/MergedIcon";
import type { JobsSearch } from "~/lib/search";
import { conditions } from "./filter";

/** Quiet until duplicates were merged; then it says what that means. */
export function MergedBanner({ search }: { search: JobsSearch }) {
  const { data } = useJobCounts(conditions(search));
  const [open, setOpen] = useState(false);
  const merged = data?.states.merged ?? 0;
  if (merged === 0) return null;
  const words =
    merged === 1 ? "1 duplicate was merged" : `${formatCount(merged)} duplicates were merged`;
  return (
    <section
      aria-label="Merged duplicates"
      className="rounded-lg border border-merged/40 bg-merged/8 px-4 py-2 text-[13px]"
    >
      <div className="flex flex-wrap items-center gap-x-3">
        <MergedIcon size={15} />
        <p className="font-medium text-merged">{words}</p>
        <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : "Learn more"}
        </Button>
        {search.tab !== "merged" && (
          <Link
            to="/jobs"
            search={(before) => ({ ...before, tab: "merged", cursor: undefined, page: undefined })}
            className="text-merged underline underline-offset-2"
          >
            Show them
          </Link>
        )}
      </div>
      {open && (
        <p className="max-w-3xl pt-1 pb-1.5 text-muted">
          A job that asks for the same work as one that waits already is not run twice: it is merged
          into that job and hands its newer params over. A duplicate of a job that runs waits as its
          one successor, so that the newest data is always used. A merged job's page shows the job
          that does its work.
        </p>
      )}
    </section>
  );
}
