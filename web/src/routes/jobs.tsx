// The list of jobs: everything that is chosen about it is in the address.
import { type Job, JobRows, useJobs } from "@paceline/react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ErrorState, Loading } from "~/components/Blank";
import { LinkButton } from "~/components/LinkButton";
import { PageFrame } from "~/components/PageFrame";
import { BulkBar } from "~/features/jobs/BulkBar";
import { cursorOf, remember } from "~/features/jobs/cursors";
import { FilterBar } from "~/features/jobs/FilterBar";
import { changed, DEFAULT_SORT, PAGE_SIZE, toFilter } from "~/features/jobs/filter";
import { menuOf } from "~/features/jobs/JobMenu";
import { JobsEmpty } from "~/features/jobs/JobsEmpty";
import { JobTabs } from "~/features/jobs/JobTabs";
import { ListActions } from "~/features/jobs/ListActions";
import { MergedBanner } from "~/features/jobs/MergedBanner";
import { Pager } from "~/features/jobs/Pager";
import { isEmpty, NOTHING, type Selection } from "~/features/jobs/selection";
import { useRowKeys } from "~/features/jobs/useRowKeys";
import { jobHref } from "~/lib/base";
import type { JobsSearch } from "~/lib/search";
import { useShortcut } from "~/lib/shortcuts";

const route = getRouteApi("/jobs");

export function Jobs() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const filter = toFilter(search);
  const list = JSON.stringify(filter);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  // What is chosen belongs to the list that it was chosen from.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list's own text tells when
  useEffect(() => setSelection(NOTHING), [list]);
  const change = (what: Partial<JobsSearch>) =>
    navigate({ to: "/jobs", search: changed(search, what), replace: "q" in what });
  useShortcut("/", "Search jobs", () => field.current?.focus());
  return (
    <PageFrame
      title="Jobs"
      actions={
        <>
          <LinkButton look="primary" to="/launch">
            Launch
          </LinkButton>
          <ListActions />
        </>
      }
    >
      <JobTabs search={search} />
      <FilterBar search={search} onChange={change} searchRef={field} />
      <MergedBanner search={search} />
      <JobList search={search} selection={selection} setSelection={setSelection} />
    </PageFrame>
  );
}

type JobListProps = {
  search: JobsSearch;
  selection: Selection;
  setSelection: (selection: Selection) => void;
};

function JobList({ search, selection, setSelection }: JobListProps) {
  const navigate = useNavigate();
  const filter = toFilter(search);
  const sort = search.sort ?? DEFAULT_SORT;
  const page = search.page ?? 1;
  const query = {
    ...filter,
    sort,
    limit: PAGE_SIZE,
    ...(search.cursor && { cursor: search.cursor }),
  };
  const { data, error, refetch } = useJobs(query, { hold: !isEmpty(selection) });
  const open = (job: Job) => void navigate({ to: "/jobs/$id", params: { id: job.id } });
  const jobs = data?.items ?? [];
  const ids = selection.kind === "some" ? selection.ids : new Set(jobs.map((job) => job.id));
  const select = (chosen: ReadonlySet<string>) => setSelection({ kind: "some", ids: chosen });
  const current = useRowKeys({
    jobs,
    onOpen: open,
    onClear: () => setSelection(NOTHING),
    onToggle: (job) => {
      const next = new Set(ids);
      if (!next.delete(job.id)) next.add(job.id);
      select(next);
    },
  });
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading label="Loading jobs" className="h-96" />;
  if (data.items.length === 0) return <JobsEmpty search={search} />;
  const toPage = (to: number) => {
    if (to > page && data.next_cursor) remember([filter, sort], to, data.next_cursor);
    const cursor = cursorOf([filter, sort], to);
    // A page that was not seen, before one that was linked to: the first is sure.
    const next = cursor ? { ...search, cursor, page: to } : changed(search, {});
    void navigate({ to: "/jobs", search: next });
  };
  return (
    <>
      {!isEmpty(selection) && (
        <BulkBar selection={selection} setSelection={setSelection} filter={filter} data={data} />
      )}
      <JobRows
        jobs={jobs}
        sort={sort}
        onSort={(to) => void navigate({ to: "/jobs", search: changed(search, { sort: to }) })}
        href={jobHref}
        onOpen={open}
        selection={ids}
        onSelect={select}
        current={current}
        actions={menuOf}
      />
      <Pager data={data} page={page} onPage={toPage} />
    </>
  );
}
