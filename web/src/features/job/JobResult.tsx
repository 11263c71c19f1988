import { isTerminal, type Job } from "@paceline/react";
import { FileQuestion } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import { Json } from "~/components/Json";

export function JobResult({ job }: { job: Job }) {
  if (job.result === null || job.result === undefined) {
    const title = isTerminal(job.state) ? "The job returned nothing" : "The job has not ended yet";
    return <EmptyState icon={FileQuestion} title={title} />;
  }
  return (
    <div className="rounded-lg border border-border bg-surface px-4 pt-2 pb-4">
      <Json label="What the handler returned" value={job.result} />
    </div>
  );
}
