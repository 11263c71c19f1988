// What is going on, at a glance; everything leads on to where it is told in full.
import { useQueueStatus } from "@paceline/react";
import { lazy, Suspense } from "react";
import { Loading } from "~/components/Blank";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { Alerts } from "~/features/overview/Alerts";
import { Machine } from "~/features/overview/Machine";
import { RunningJobs } from "~/features/overview/RunningJobs";
import { StateCards } from "~/features/overview/StateCards";

const RecentPlots = lazy(() => import("~/features/overview/RecentPlots"));

export function Overview() {
  return (
    <PageFrame title="Overview">
      <Loaded query={useQueueStatus()} what="what is going on">
        {(status) => (
          <>
            <Alerts alerts={status.alerts} />
            <StateCards status={status} />
            <div className="grid items-start gap-4 2xl:grid-cols-[minmax(0,1fr)_20rem]">
              <RunningJobs status={status} />
              <Machine status={status} />
            </div>
            <Suspense fallback={<Loading label="Loading the plots" className="h-[214px]" />}>
              <RecentPlots />
            </Suspense>
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}
