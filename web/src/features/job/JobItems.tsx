// The items of a job: failures first, grouped by what went wrong; then all, by state.
import { formatCount, type ItemState, type Job, unwrap } from "@paceline/react";
import { Link, useNavigate } from "@tanstack/react-router";
import { ListX, Search } from "lucide-react";
import { type FormEvent, useState } from "react";
import { EmptyState, ErrorState, Loading } from "~/components/Blank";
import { Button } from "~/components/Button";
import type { JobSearch } from "~/lib/search";
import { ErrorGroups } from "./ErrorGroups";
import { ItemTable } from "./ItemTable";
import { useJobPart } from "./useJobPart";

const STATES: readonly ItemState[] = [
  "failed",
  "running",
  "pending",
  "succeeded",
  "skipped",
  "cancelled",
];

function countOf(job: Job, state: ItemState): number {
  const { progress } = job;
  return state === "pending" ? Math.max(0, progress.remaining - progress.running) : progress[state];
}

/** Failures are looked at first when there are any. */
export function shownState(job: Job, asked: string | undefined): ItemState | undefined {
  if (asked === "all") return undefined;
  const known = STATES.find((state) => state === asked);
  return known ?? (job.progress.failed > 0 ? "failed" : undefined);
}

export default function JobItems({ job, search }: { job: Job; search: JobSearch }) {
  const state = shownState(job, search.items);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <StateChips job={job} state={state} />
        <ItemSearch job={job} text={search.q ?? ""} />
      </div>
      {search.q ? (
        <OneItem job={job} name={search.q} />
      ) : (
        <>
          {state === "failed" && <ErrorGroups job={job} />}
          <ItemPages key={state ?? "all"} job={job} state={state} />
        </>
      )}
    </div>
  );
}

function StateChips({ job, state }: { job: Job; state: ItemState | undefined }) {
  const shown = STATES.filter((name) => countOf(job, name) > 0 || name === state);
  const chips: [string, string, number, boolean][] = [
    ["all", "All", job.progress.total, state === undefined],
    ...shown.map((name): [string, string, number, boolean] => [
      name,
      name.charAt(0).toUpperCase() + name.slice(1),
      countOf(job, name),
      name === state,
    ]),
  ];
  return (
    <nav aria-label="States of items" className="flex flex-wrap gap-1.5">
      {chips.map(([name, label, count, current]) => (
        <Link
          key={name}
          to="/jobs/$id"
          params={{ id: job.id }}
          search={{ tab: "items", items: name }}
          resetScroll={false}
          activeOptions={{ exact: true, includeSearch: true }}
          aria-current={current ? "page" : undefined}
          className="inline-flex h-7 items-center gap-1.5 rounded-full border border-border px-3 text-xs text-muted hover:text-text aria-[current=page]:border-accent aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent"
        >
          {label}
          <span className="tabular-nums">{formatCount(count)}</span>
        </Link>
      ))}
    </nav>
  );
}

function ItemSearch({ job, text }: { job: Job; text: string }) {
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const q = String(new FormData(event.currentTarget).get("q") ?? "").trim();
    const search: JobSearch = { tab: "items", ...(q && { q }) };
    void navigate({ to: "/jobs/$id", params: { id: job.id }, search, resetScroll: false });
  };
  return (
    <search className="w-full sm:w-64">
      <form onSubmit={submit} className="relative">
        <Search
          size={14}
          aria-hidden="true"
          className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
        />
        <input
          key={text}
          type="search"
          name="q"
          defaultValue={text}
          aria-label="Find an item by its key or position"
          placeholder="Key or position, then Enter"
          className="h-8 w-full rounded-md border border-strong bg-surface pr-2 pl-8 text-[13px]"
        />
      </form>
    </search>
  );
}

function OneItem({ job, name }: { job: Job; name: string }) {
  const { data, error } = useJobPart(job.id, "item", [name], (api, signal) => {
    const path = { id: job.id, key: name };
    return unwrap(api.GET("/api/v1/jobs/{id}/items/{key}", { params: { path }, signal }));
  });
  if (error) return <ErrorState error={error} />;
  if (!data) return <Loading label="Loading the item" className="h-14" />;
  return <ItemTable items={[data]} open />;
}

const PAGE = 50;

function ItemPages({ job, state }: { job: Job; state: ItemState | undefined }) {
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors.at(-1);
  const { data, error, refetch } = useJobPart(
    job.id,
    "items",
    [state, cursor],
    (api, signal) => {
      const query = { limit: PAGE, ...(state && { state }), ...(cursor && { cursor }) };
      const params = { path: { id: job.id }, query };
      return unwrap(api.GET("/api/v1/jobs/{id}/items", { params, signal }));
    },
    { keep: true },
  );
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading label="Loading items" className="h-64" />;
  if (data.items.length === 0) {
    return (
      <EmptyState icon={ListX} title={state ? `No item is ${state}` : "The job has no items yet"}>
        {job.kind === "planned" && job.progress.total === 0 && "Its planner lists them first."}
      </EmptyState>
    );
  }
  const next = data.next_cursor;
  return (
    <>
      <ItemTable items={data.items} />
      {(cursors.length > 0 || next) && (
        <nav aria-label="Pages of items" className="flex justify-end gap-2">
          <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
            Previous
          </Button>
          <Button disabled={!next} onClick={() => next && setCursors([...cursors, next])}>
            Next
          </Button>
        </nav>
      )}
    </>
  );
}
