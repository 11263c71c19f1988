// The newest batches: why they are run, how far they are, and stopping them.
import {
  ConfirmDialog,
  formatDuration,
  formatPercent,
  unwrap,
  useLiveQuery,
  usePaceline,
} from "@paceline/react";
import { useState } from "react";
import { type Batch, cancelQuestion } from "./batch";

type Action = "pause" | "resume" | "cancel";

const SHOWN = 4;
const WORDS: Record<Action, string> = { pause: "Pause", resume: "Resume", cancel: "Cancel" };

export function Batches() {
  const { api } = usePaceline();
  const { data, error, refetch } = useLiveQuery({
    key: ["jobs", "batches"],
    read: (signal) =>
      unwrap(api.GET("/api/v1/batches", { params: { query: { limit: SHOWN } }, signal })),
  });
  if (!data && !error) return null;
  return (
    <section className="card" aria-labelledby="batches-title">
      <h2 id="batches-title">Batches</h2>
      {error && !data && <p className="bad">{error.message}</p>}
      {data?.items.length === 0 && (
        <p className="muted">
          None yet: <code>python -m forecasts submit --skus 20</code>
        </p>
      )}
      <ul className="plain">
        {data?.items.map((batch) => (
          <Entry key={batch.name} batch={batch} onChange={() => void refetch()} />
        ))}
      </ul>
    </section>
  );
}

function Entry({ batch, onChange }: { batch: Batch; onChange: () => void }) {
  const { progress, jobs } = batch;
  const ended = [`${progress.done} of ${progress.total}`];
  if (jobs.merged) ended.push(`${jobs.merged} merged`);
  if (jobs.failed) ended.push(`${jobs.failed} failed`);
  if (jobs.cancelled) ended.push(`${jobs.cancelled} cancelled`);
  if (jobs.paused) ended.push(`${jobs.paused} paused`);
  if (batch.state === "open" && progress.eta_seconds) {
    ended.push(`${formatDuration(progress.eta_seconds)} left`);
  }
  return (
    <li className="batch">
      <div className="row">
        <strong>{batch.reason ?? batch.name}</strong>
        <span>{formatPercent(progress.percent)}</span>
      </div>
      <progress max={100} value={progress.percent} aria-label={batch.reason ?? batch.name} />
      <div className="row">
        <span className="muted">{ended.join(" · ")}</span>
        <Controls batch={batch} onChange={onChange} />
      </div>
    </li>
  );
}

function Controls({ batch, onChange }: { batch: Batch; onChange: () => void }) {
  const { api } = usePaceline();
  const [error, setError] = useState("");
  if (batch.state !== "open") return null;
  const { paused = 0, pending = 0, running = 0 } = batch.jobs;
  const offered: Action[] = [];
  if (pending + running > 0) offered.push("pause");
  if (paused > 0) offered.push("resume");
  offered.push("cancel");

  async function act(action: Action) {
    const params = { path: { id: batch.id } };
    try {
      if (action === "pause") await unwrap(api.POST("/api/v1/batches/{id}/pause", { params }));
      else if (action === "resume")
        await unwrap(api.POST("/api/v1/batches/{id}/resume", { params }));
      else await unwrap(api.POST("/api/v1/batches/{id}/cancel", { params, body: {} }));
      setError("");
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    }
    onChange();
  }

  return (
    <span className="controls">
      {error && <span className="bad">{error}</span>}
      {offered.map((action) =>
        action === "cancel" ? (
          <Cancel key={action} batch={batch} run={() => act(action)} />
        ) : (
          <button key={action} type="button" onClick={() => void act(action)}>
            {WORDS[action]}
          </button>
        ),
      )}
    </span>
  );
}

function Cancel({ batch, run }: { batch: Batch; run: () => Promise<void> }) {
  const { title, text } = cancelQuestion(batch);
  const trigger = <button type="button">{WORDS.cancel}</button>;
  return (
    <ConfirmDialog title={title} verb="Cancel" trigger={trigger} onConfirm={() => void run()}>
      {text}
    </ConfirmDialog>
  );
}
