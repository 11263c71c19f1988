// A table that is a list of cards on a phone. The roles are said, because a browser forgets them
// when a row is no longer drawn as one.
import { type ReactNode, useState } from "react";
import { ChosenRows, type RowVerb } from "./ChosenRows";

export type Column<T> = {
  head: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand below each other. */
  number?: boolean;
};

export type DataTableProps<T> = {
  label: string;
  rows: readonly T[];
  keyOf: (row: T) => string;
  columns: readonly Column<T>[];
  /** At the end of a row: what can be done with it. */
  actions?: (row: T) => ReactNode;
  /** With it rows can be chosen, to do something with all of them. */
  choose?: {
    nameOf: (row: T) => string;
    nouns: readonly [one: string, many: string];
    verbs: readonly RowVerb<T>[];
  };
};

const CELL = "max-md:flex max-md:items-baseline max-md:justify-between max-md:gap-4 max-md:py-0.5";

export function DataTable<T>(props: DataTableProps<T>) {
  const { label, rows, keyOf, columns, actions, choose } = props;
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  // What is gone is chosen no more.
  const chosen = rows.filter((row) => ids.has(keyOf(row)));
  const all = chosen.length === rows.length;
  const toggle = (id: string) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    setIds(next);
  };
  const toggleAll = () => setIds(new Set(all ? [] : rows.map(keyOf)));
  const table = (
    <div className="overflow-hidden rounded-lg border border-border bg-surface">
      <table role="table" aria-label={label} className="w-full text-[13px] max-md:block">
        <thead role="rowgroup" className="max-md:sr-only">
          <tr role="row" className="border-b border-border bg-sunken text-left text-xs text-muted">
            {choose && (
              <th role="columnheader" scope="col" className="w-px pl-4">
                <Tick label={`Select all ${choose.nouns[1]}`} on={all} onToggle={toggleAll} />
              </th>
            )}
            {columns.map(({ head, number }) => (
              <th
                key={head}
                role="columnheader"
                scope="col"
                className={`h-9 px-3 font-medium whitespace-nowrap first:pl-4 last:pr-4 ${number ? "text-right" : ""}`}
              >
                {head}
              </th>
            ))}
            {actions && (
              <th role="columnheader" scope="col" className="w-px px-3">
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-md:block">
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              role="row"
              className="border-border not-last:border-b hover:bg-hover max-md:block max-md:px-4 max-md:py-3"
            >
              {choose && (
                <td
                  role="cell"
                  className="align-middle max-md:float-right max-md:ml-3 md:w-px md:pl-4"
                >
                  <Tick
                    label={`Select ${choose.nameOf(row)}`}
                    on={ids.has(keyOf(row))}
                    onToggle={() => toggle(keyOf(row))}
                  />
                </td>
              )}
              {columns.map((column, place) => (
                <td
                  key={column.head}
                  role="cell"
                  className={`min-w-0 py-2.5 align-middle md:px-3 md:first:pl-4 md:last:pr-4 ${CELL} ${
                    column.number ? "whitespace-nowrap tabular-nums md:text-right" : ""
                  }`}
                >
                  {place > 0 && (
                    <span aria-hidden="true" className="shrink-0 text-xs text-muted md:hidden">
                      {column.head}
                    </span>
                  )}
                  <div className={`min-w-0 break-words ${place > 0 ? "max-md:text-right" : ""}`}>
                    {column.cell(row)}
                  </div>
                </td>
              ))}
              {actions && (
                <td role="cell" className="px-3 align-middle max-md:block max-md:px-0 max-md:pt-2">
                  <div className="flex items-center justify-end gap-1.5">{actions(row)}</div>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
  if (!choose) return table;
  return (
    <div className="flex flex-col gap-2">
      {chosen.length > 0 && (
        <ChosenRows {...choose} rows={chosen} onClear={() => setIds(new Set())} />
      )}
      {table}
    </div>
  );
}

type TickProps = { label: string; on: boolean; onToggle: () => void };

function Tick({ label, on, onToggle }: TickProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={on}
      onChange={onToggle}
      className="size-4 align-middle accent-accent-solid max-md:size-5"
    />
  );
}
