// One job: how far it is, and everything that is known of it.
import { useJob } from "@paceline/react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ErrorState, Loading } from "~/components/Blank";
import { PageFrame } from "~/components/PageFrame";
import { JobButtons } from "~/features/job/JobButtons";
import { JobHeader } from "~/features/job/JobHeader";
import { JobParts } from "~/features/job/JobParts";

const route = getRouteApi("/jobs/$id");

export function JobPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const { data: job, error, refetch } = useJob(id);
  if (error && !job) {
    return (
      <PageFrame title="Job">
        <ErrorState error={error} retry={() => void refetch()} />
      </PageFrame>
    );
  }
  if (!job) {
    return (
      <PageFrame title="Job">
        <Loading label="Loading the job" className="h-48" />
      </PageFrame>
    );
  }
  const heading = (
    <div className="min-w-0">
      <p className="text-xs break-words text-muted">
        <Link to="/jobs" className="hover:underline">
          Jobs
        </Link>{" "}
        / <bdi>{job.task}</bdi>
      </p>
      <h1 dir="auto" className="text-lg font-semibold tracking-tight break-words">
        {job.name}
      </h1>
    </div>
  );
  return (
    <PageFrame title={job.name} heading={heading} actions={<JobButtons job={job} />}>
      <JobHeader job={job} />
      <JobParts job={job} search={search} />
    </PageFrame>
  );
}
