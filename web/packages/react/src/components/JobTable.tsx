// Jobs as a table. It owns how they are drawn, sorted and chosen; what is listed, and where a page
// begins, is the caller's.
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, type ReactNode, useMemo } from "react";
import type { Job, JobFilter } from "../api/types";
import { useJobs } from "../hooks/useJobs";
import { useNow } from "../hooks/useNow";
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

/** The table over jobs that the caller has read. */
export function JobRows(props: JobTableProps & { jobs: Job[]; sort: string }) {
  const { jobs, columns, selection, onSelect, actions, sort, onSort } = props;
  const shown = useMemo(
    () => COLUMNS.filter((column) => !columns || columns.includes(column.name)),
    [columns],
  );
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
          {jobs.map((job) => (
            <Row key={job.id} {...props} job={job} columns={shown} />
          ))}
        </tbody>
      </table>
    </div>
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

type RowProps = Omit<JobTableProps, "columns"> & { job: Job; columns: readonly Column[] };

/** A click on a row opens it, unless it was meant for something in it or selects text. */
function isForRow(event: MouseEvent): boolean {
  const target = event.target as Element;
  // What a menu of the row shows is elsewhere on the page, though React tells the row of it.
  if (!event.currentTarget.contains(target)) return false;
  return !target.closest("a, button, input, label") && !getSelection()?.toString();
}

function Row({ job, columns, selection, onSelect, href, onOpen, actions, current }: RowProps) {
  const now = useNow();
  const chosen = selection?.has(job.id) ?? false;
  const toggle = () => {
    const next = new Set(selection);
    if (!next.delete(job.id)) next.add(job.id);
    onSelect?.(next);
  };
  return (
    <tr
      data-row={job.id}
      data-current={current === job.id || undefined}
      data-chosen={chosen || undefined}
      data-opens={onOpen ? "" : undefined}
      onClick={(event) => {
        if (onOpen && isForRow(event)) onOpen(job);
      }}
    >
      {onSelect && (
        <td className="pl-check">
          <input
            type="checkbox"
            aria-label={`Select ${job.name}`}
            checked={chosen}
            onChange={toggle}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.name} data-column={column.name} data-end={column.end || undefined}>
          {column.cell({ job, now, href, onOpen })}
        </td>
      ))}
      {actions && <td className="pl-actions">{actions(job)}</td>}
    </tr>
  );
}

function Skeleton({ rows }: { rows: number }) {
  return (
    <div className="pl-skeleton" role="status" aria-label="Loading jobs">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="pl-waiting" />
      ))}
    </div>
  );
}
