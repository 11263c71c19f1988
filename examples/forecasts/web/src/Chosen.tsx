// One search: its forecast against what was sold, its parameters, and the runners-up.
import { JobProgress, useJob } from "@paceline/react";
import { Plot } from "./Plot";
import { fixed, METHODS, MODELS, type Result, resultOf, titleOf, words } from "./result";

export function Chosen({ id }: { id: string }) {
  const { data: job, error } = useJob(id);
  if (!job) return error ? <p className="card bad">{error.message}</p> : <div className="card" />;
  const result = resultOf(job);
  if (!result) {
    return (
      <div className="card">
        <JobProgress id={id} title={titleOf(job)} />
        {job.error && (
          <p className="bad" role="alert">
            {job.error.message}
          </p>
        )}
      </div>
    );
  }
  return (
    <section className="card" aria-labelledby="chosen-title">
      <h2 id="chosen-title">
        {result.sku} <span className="muted">{result.description.toLowerCase()}</span>
      </h2>
      <p>
        {MODELS[result.model]}, {METHODS[result.method]} search: {words(result.parameters)}
      </p>
      <Plot result={result} />
      <Metrics result={result} />
      {result.notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
      <details>
        <summary>Forecast in numbers, and the best of {result.tried} tried</summary>
        <div className="tables">
          <Numbers result={result} />
          <Best result={result} />
        </div>
      </details>
    </section>
  );
}

function Metrics({ result }: { result: Result }) {
  const { mase, smape, naive_mase: naive } = result.metrics;
  const shown = [
    ["MASE", fixed(mase)],
    ["naive forecast", fixed(naive)],
    ["in the past", fixed(result.validation_mase)],
    ["sMAPE", `${fixed(smape, 1)} %`],
  ];
  return (
    <dl className="metrics">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Numbers({ result }: { result: Result }) {
  const labels = result.labels.slice(-result.actual.length);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{result.dataset === "retail" ? "Week of" : "Month"}</th>
          <th scope="col" data-number>
            Sold
          </th>
          <th scope="col" data-number>
            Forecast
          </th>
        </tr>
      </thead>
      <tbody>
        {labels.map((label, index) => (
          <tr key={label}>
            <td>{label}</td>
            <td data-number>{result.actual[index]}</td>
            <td data-number>{fixed(result.predicted[index] ?? null, 1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Best({ result }: { result: Result }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Parameters</th>
          <th scope="col" data-number>
            In the past
          </th>
        </tr>
      </thead>
      <tbody>
        {result.best.map((one) => (
          <tr key={words(one.parameters)}>
            <td>{words(one.parameters)}</td>
            <td data-number>{fixed(one.validation_mase)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
