// Jobs as a table. It owns how they are drawn, sorted and chosen; what is listed, and where a page
// begins, is the caller's.
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, memo, type ReactNode, useMemo, useRef } from "react";
import type { Job, JobFilter } from "../api/types";
import { useInPieces } from "../hooks/useInPieces";
import { useJobs } from "../hooks/useJobs";
import { COLUMNS, type Column, type ColumnName, type JobLink } from "./columns";

export type JobTableProps = JobLink & {
  filter?: JobFilter;
  /** `-created_at` and the like; headers call `onSort` with another. */
  sort?: string;
  onSort?: (sort: string) => void;
  limit?: number;
  cursor?: string;
  columns?: readonly ColumnName[];
  /** With it rows can be chosen, and hold still while some are. */
  selection?: ReadonlySet<string>;
  onSelect?: (ids: Set<string>) => void;
  /** The row that the keyboard is on. */
  current?: string | null;
  /** At the end of a row: what can be done with the job. */
  actions?: (job: Job) => ReactNode;
  /** Shown when nothing matches. */
  empty?: ReactNode;
  label?: string;
};

export function JobTable(props: JobTableProps) {
  const { filter, sort = "-created_at", limit = 20, cursor, selection } = props;
  const query = { ...filter, sort, limit, ...(cursor && { cursor }) };
  const { data, error } = useJobs(query, { hold: (selection?.size ?? 0) > 0 });
  if (error && !data) {
    return (
      <p className="pl-error" role="alert">
        {error.message}
      </p>
    );
  }
  if (!data) return <Skeleton rows={Math.min(limit, 8)} />;
  if (data.items.length === 0) return <>{props.empty ?? <p className="pl-empty">No jobs.</p>}</>;
  return <JobRows {...props} sort={sort} jobs={data.items} />;
}

/** New rows that are drawn at once: about as many as one sees. */
const AT_ONCE = 10;

/** The table over jobs that the caller has read. */
export function JobRows(props: JobTableProps & { jobs: Job[]; sort: string }) {
  const { jobs, columns, selection, onSelect, actions, sort, onSort } = props;
  const shown = useMemo(
    () => COLUMNS.filter((column) => !columns || columns.includes(column.name)),
    [columns],
  );
  const drawn = useInPieces(jobs, AT_ONCE);
  const calls = useCalls(props);
  const all = jobs.length > 0 && jobs.every((job) => selection?.has(job.id));
  const some = !all && jobs.some((job) => selection?.has(job.id));
  const toggleAll = () => onSelect?.(new Set(all ? [] : jobs.map((job) => job.id)));
  return (
    <div className="pl-table-box">
      <table className="pl-table">
        <caption className="pl-hidden">{props.label ?? "Jobs"}</caption>
        <thead>
          <tr>
            {onSelect && (
              <th className="pl-check" scope="col">
                <input
                  type="checkbox"
                  aria-label="Select all of this page"
                  checked={all}
                  ref={(box) => {
                    if (box) box.indeterminate = some;
                  }}
                  onChange={toggleAll}
                />
              </th>
            )}
            {shown.map((column) => (
              <Header key={column.name} column={column} sort={sort} onSort={onSort} />
            ))}
            {actions && (
              <th scope="col" className="pl-actions">
                <span className="pl-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {drawn.map((job) => (
            <Row
              key={job.id}
              job={job}
              columns={shown}
              calls={calls}
              selectable={onSelect !== undefined}
              opens={props.onOpen !== undefined}
              hasActions={actions !== undefined}
              chosen={selection?.has(job.id) ?? false}
              current={props.current === job.id}
            />
          ))}
        </tbody>
        {drawn.length < jobs.length && (
          <Room key={drawn.length} rows={jobs.length - drawn.length} />
        )}
      </table>
    </div>
  );
}

/** As the style sheet says. */
const ROW_PX = 54;

/** Holds the place of rows that are about to be drawn, so that what is below them does not jump. */
function Room({ rows }: { rows: number }) {
  return (
    <tbody aria-hidden="true">
      <tr>
        <td style={{ height: rows * ROW_PX }} />
      </tr>
    </tbody>
  );
}

/** What is only called later is not a reason to draw; what says how a row looks is. */
function useCalls(props: JobTableProps): Calls {
  const latest = useRef(props);
  latest.current = props;
  const { href, nameOf, actions } = props;
  return useMemo(
    () => ({
      href,
      nameOf,
      actions,
      onOpen: (job) => latest.current.onOpen?.(job),
      toggle: (id) => {
        const { selection, onSelect } = latest.current;
        const next = new Set(selection);
        if (!next.delete(id)) next.add(id);
        onSelect?.(next);
      },
    }),
    [href, nameOf, actions],
  );
}

type HeaderProps = { column: Column; sort: string; onSort: ((sort: string) => void) | undefined };

function Header({ column, sort, onSort }: HeaderProps) {
  const by = column.sort;
  const direction = sort === by ? "ascending" : sort === `-${by}` ? "descending" : undefined;
  const Arrow = direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      data-column={column.name}
      data-end={column.end || undefined}
      aria-sort={by ? direction : undefined}
    >
      {by && onSort ? (
        <button
          type="button"
          className="pl-sort"
          onClick={() => onSort(direction === "descending" ? by : `-${by}`)}
        >
          {column.label}
          {direction && <Arrow size={13} aria-hidden="true" />}
        </button>
      ) : (
        column.label
      )}
    </th>
  );
}

/** A click on a row opens it, unless it was meant for something in it or selects text. */
function isForRow(event: MouseEvent): boolean {
  const target = event.target as Element;
  // What a menu of the row shows is elsewhere on the page, though React tells the row of it.
  if (!event.currentTarget.contains(target)) return false;
  return !target.closest("a, button, input, label") && !getSelection()?.toString();
}

/** What a row may call. */
type Calls = Pick<JobTableProps, "href" | "onOpen" | "nameOf" | "actions"> & {
  toggle: (id: string) => void;
};

type RowProps = {
  job: Job;
  columns: readonly Column[];
  calls: Calls;
  selectable: boolean;
  opens: boolean;
  hasActions: boolean;
  chosen: boolean;
  current: boolean;
};

/** Drawn anew for what it shows only: of fifty rows a few change at a time. */
const Row = memo(function Row(props: RowProps) {
  const { job, columns, calls, selectable, opens, hasActions, chosen, current } = props;
  const { href, nameOf } = calls;
  // A name leads to its address by itself when nobody wants to open it in another way.
  const onOpen = opens ? calls.onOpen : undefined;
  return (
    <tr
      data-row={job.id}
      data-current={current || undefined}
      data-chosen={chosen || undefined}
      data-opens={opens ? "" : undefined}
      onClick={(event) => {
        if (opens && isForRow(event)) onOpen?.(job);
      }}
    >
      {selectable && (
        <td className="pl-check">
          <input
            type="checkbox"
            aria-label={`Select ${nameOf?.(job) ?? job.name}`}
            checked={chosen}
            onChange={() => calls.toggle(job.id)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.name} data-column={column.name} data-end={column.end || undefined}>
          {column.cell({ job, href, onOpen, nameOf })}
        </td>
      ))}
      {hasActions && <td className="pl-actions">{calls.actions?.(job)}</td>}
    </tr>
  );
});

function Skeleton({ rows }: { rows: number }) {
  return (
    <div className="pl-skeleton" role="status" aria-label="Loading jobs">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="pl-waiting" />
      ))}
    </div>
  );
}
