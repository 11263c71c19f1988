import { Link } from "@tanstack/react-router";
import { Inbox, SearchX } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import type { JobsSearch } from "~/lib/search";
import { conditions, DEFAULT_TAB } from "./filter";

/** Nothing is listed: because of the filter, or because nothing is there. */
export function JobsEmpty({ search }: { search: JobsSearch }) {
  const tab = search.tab ?? DEFAULT_TAB;
  const link = "text-accent underline underline-offset-2";
  if (Object.keys(conditions(search)).length > 0 || search.state) {
    return (
      <EmptyState icon={SearchX} title="No job matches">
        <Link to="/jobs" search={{ tab }} className={link}>
          Clear the filter
        </Link>
      </EmptyState>
    );
  }
  if (tab === "active") {
    return (
      <EmptyState icon={Inbox} title="Nothing runs or waits">
        <Launch className={link} />, or look at{" "}
        <Link to="/jobs" search={{ tab: "all" }} className={link}>
          all jobs
        </Link>
        .
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={Inbox} title={tab === "all" ? "There are no jobs yet" : `No ${tab} jobs`}>
      {tab === "all" && (
        <>
          <Launch className={link} />.
        </>
      )}
    </EmptyState>
  );
}

function Launch({ className }: { className: string }) {
  return (
    <>
      <Link to="/launch" className={className}>
        Launch one
      </Link>{" "}
      or submit it with <code className="font-mono text-text">paceline submit TASK</code>
    </>
  );
}
