// What the searches have found: parameters and metrics, a row each; a click shows the forecast.
import { type Job, useJobs } from "@paceline/react";
import { useState } from "react";
import { fixed, METHODS, MODELS, type Result, resultOf, words } from "./result";

const PAGE = 25;
const MOST = 500;

type Found = { job: Job; result: Result };
type Column = {
  title: string;
  sort?: (found: Found) => number | string;
  cell: (found: Found) => string;
  isNumber?: boolean;
  /** What a narrow screen can do without. */
  isExtra?: boolean;
};

const COLUMNS: Column[] = [
  { title: "Series", sort: ({ result }) => result.sku, cell: ({ result }) => result.sku },
  { title: "What", cell: ({ result }) => result.description.toLowerCase(), isExtra: true },
  {
    title: "Model",
    sort: ({ result }) => result.model,
    cell: ({ result }) => MODELS[result.model],
  },
  {
    title: "Method (tried)",
    sort: ({ result }) => result.method,
    cell: ({ job, result }) =>
      `${METHODS[result.method]} (${result.tried})${job.cached_from ? ", from an earlier search" : ""}`,
    isExtra: true,
  },
  {
    title: "In the past",
    sort: ({ result }) => result.validation_mase,
    cell: ({ result }) => fixed(result.validation_mase),
    isNumber: true,
    isExtra: true,
  },
  {
    title: "MASE",
    sort: ({ result }) => result.metrics.mase ?? Number.POSITIVE_INFINITY,
    cell: ({ result }) => fixed(result.metrics.mase),
    isNumber: true,
  },
  {
    title: "Naive",
    sort: ({ result }) => result.metrics.naive_mase ?? Number.POSITIVE_INFINITY,
    cell: ({ result }) => fixed(result.metrics.naive_mase),
    isNumber: true,
    isExtra: true,
  },
  {
    title: "sMAPE",
    sort: ({ result }) => result.metrics.smape,
    cell: ({ result }) => fixed(result.metrics.smape, 1),
    isNumber: true,
  },
  { title: "Parameters", cell: ({ result }) => words(result.parameters), isExtra: true },
];

type Order = { title: string; isDown: boolean };

type ResultsProps = { chosen: string; onChoose: (id: string) => void };

export function Results({ chosen, onChoose }: ResultsProps) {
  const [sku, setSku] = useState("");
  const [limit, setLimit] = useState(PAGE);
  const [order, setOrder] = useState<Order>();
  const { data, error } = useJobs({
    task: "optimise",
    state: "completed",
    sort: "-finished_at",
    limit,
    ...(sku && { key: sku }),
  });
  const found = inOrder(data?.items ?? [], order);
  return (
    <section className="card" aria-labelledby="results-title">
      <div className="row">
        <h2 id="results-title">Results</h2>
        <input
          className="narrow"
          type="search"
          list="series"
          placeholder="all series"
          aria-label="Only this series"
          value={sku}
          onChange={(event) => setSku(event.target.value.trim())}
        />
      </div>
      {error && !data && <p className="bad">{error.message}</p>}
      {data && found.length === 0 && <p className="muted">Nothing has been found yet.</p>}
      {found.length > 0 && (
        <div className="scroll">
          <table>
            <Head order={order} onOrder={setOrder} />
            <tbody>
              {found.map((one) => (
                <Row
                  key={one.job.id}
                  found={one}
                  isChosen={one.job.id === chosen}
                  onChoose={onChoose}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data?.next_cursor && limit < MOST && (
        <button type="button" onClick={() => setLimit(Math.min(limit * 2, MOST))}>
          Show more
        </button>
      )}
    </section>
  );
}

function inOrder(jobs: Job[], order: Order | undefined): Found[] {
  const found = jobs.flatMap((job) => {
    const result = resultOf(job);
    return result ? [{ job, result }] : [];
  });
  const by = COLUMNS.find((column) => column.title === order?.title)?.sort;
  if (!by || !order) return found;
  const sign = order.isDown ? -1 : 1;
  return found.sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    return a === b ? 0 : a < b ? -sign : sign;
  });
}

type HeadProps = { order: Order | undefined; onOrder: (order: Order) => void };

function Head({ order, onOrder }: HeadProps) {
  return (
    <thead>
      <tr>
        {COLUMNS.map(({ title, sort, isNumber, isExtra }) => {
          const isBy = order?.title === title;
          const isDown = isBy && order.isDown;
          return (
            <th
              key={title}
              scope="col"
              data-number={isNumber}
              data-extra={isExtra}
              aria-sort={isBy ? (isDown ? "descending" : "ascending") : undefined}
            >
              {sort ? (
                <button
                  type="button"
                  className="sort"
                  onClick={() => onOrder({ title, isDown: isBy && !isDown })}
                >
                  {title}
                  {isBy && <span aria-hidden="true">{isDown ? " ↓" : " ↑"}</span>}
                </button>
              ) : (
                title
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

type RowProps = { found: Found; isChosen: boolean; onChoose: (id: string) => void };

function Row({ found, isChosen, onChoose }: RowProps) {
  return (
    <tr data-chosen={isChosen || undefined} onClick={() => onChoose(found.job.id)}>
      {COLUMNS.map(({ title, cell, isNumber, isExtra }, index) => (
        <td key={title} data-number={isNumber} data-extra={isExtra}>
          {index === 0 ? (
            <a href={`#job=${found.job.id}`} onClick={(event) => event.stopPropagation()}>
              {cell(found)}
            </a>
          ) : (
            cell(found)
          )}
        </td>
      ))}
    </tr>
  );
}
