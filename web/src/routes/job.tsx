// One job: how far it is, and everything that is known of it.
import { useJob } from "@paceline/react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { ErrorState, Loading } from "~/components/Blank";
import { PageFrame } from "~/components/PageFrame";
import { JobButtons } from "~/features/job/JobButtons";
import { JobHeader } from "~/features/job/JobHeader";
import { JobParts, loadItemsAhead } from "~/features/job/JobParts";

export { LIGHT_PARTS } from "~/features/job/JobParts";

const route = getRouteApi("/jobs/$id");

export function JobPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const { data: job, error, refetch } = useJob(id);
  useEffect(() => loadItemsAhead(search.tab), [search.tab]);
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
  const trail = (
    <>
      <Link to="/jobs" className="hover:underline">
        Jobs
      </Link>{" "}
      /{" "}
      <Link to="/tasks/$name" params={{ name: job.task }} className="hover:underline">
        <bdi>{job.task}</bdi>
      </Link>
    </>
  );
  return (
    <PageFrame title={job.name} trail={trail} actions={<JobButtons job={job} />}>
      <JobHeader job={job} />
      <JobParts job={job} search={search} />
    </PageFrame>
  );
}
