// What the handler returned; of a job with items, the way to what it returned for each of them.
import { formatCount, isTerminal, type Job } from "@paceline/react";
import { Download, FileQuestion } from "lucide-react";
import { Fragment } from "react";
import { EmptyState } from "~/components/Blank";
import { Json } from "~/components/Json";
import { apiUrl } from "~/lib/base";

export default function JobResult({ job }: { job: Job }) {
  if (job.result !== null && job.result !== undefined) {
    return (
      <div className="rounded-lg border border-border bg-surface px-4 pt-2 pb-4">
        <Json label="What the handler returned" value={job.result} />
      </div>
    );
  }
  if (job.kind !== "unit") return <ItemResults job={job} />;
  const title = isTerminal(job.state) ? "The job returned nothing" : "The job has not ended yet";
  return <EmptyState icon={FileQuestion} title={title} />;
}

const FORMATS = ["csv", "ndjson", "json"] as const;

function ItemResults({ job }: { job: Job }) {
  const { done, total } = job.progress;
  if (done === 0) {
    return (
      <EmptyState icon={FileQuestion} title="No item has ended yet">
        The job has no result of its own: each of its items has one.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={Download} title="Each item has a result of its own">
      {formatCount(done)} of {formatCount(total)} items have ended. Open one of them under Items, or
      download how all of them did so:{" "}
      {FORMATS.map((format, place) => (
        <Fragment key={format}>
          {place > 0 && ", "}
          <a
            href={apiUrl(`/api/v1/jobs/${job.id}/results?format=${format}`)}
            download={`${job.name}.${format}`}
            className="text-accent underline underline-offset-2"
          >
            {format.toUpperCase()}
          </a>
        </Fragment>
      ))}
      .
    </EmptyState>
  );
}
