// Starting a search, and seeing how far it is.
import { type Job, JobProgress, type Priority, unwrap, usePaceline } from "@paceline/react";
import { type FormEvent, useState } from "react";
import { METHODS, MODELS, titleOf } from "./result";

const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];

export function Launch({ onEnd }: { onEnd: (job: Job) => void }) {
  const { api } = usePaceline();
  const [launched, setLaunched] = useState<Job>();
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function launch(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    const sku = text("sku");
    setBusy(true);
    setError("");
    try {
      const job = await unwrap(
        api.POST("/api/v1/jobs", {
          body: {
            task: "optimise",
            params: { sku, model: text("model"), method: text("method"), ...trials(form) },
            key: sku,
            priority: text("priority") as Priority,
          },
        }),
      );
      // A search that waits already is not run twice: it goes on with what was said now.
      setLaunched(job.merged_into ? { ...(job as Job), id: job.merged_into } : (job as Job));
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="card" aria-labelledby="launch-title">
      <h2 id="launch-title">Search</h2>
      <form className="form" onSubmit={(event) => void launch(event)}>
        <label>
          SKU or series
          <input name="sku" list="series" required defaultValue="23166" autoComplete="off" />
        </label>
        <datalist id="series">
          {__SERIES__.map(([id, description]) => (
            <option key={id} value={id}>
              {description}
            </option>
          ))}
        </datalist>
        <Choice label="Model" name="model" of={MODELS} initial="holt_winters" />
        <div className="pair">
          <Choice label="Method" name="method" of={METHODS} initial="ai" />
          <label>
            Trials
            <input name="trials" type="number" min={1} max={2000} placeholder="60" />
          </label>
        </div>
        <label>
          Priority
          <select name="priority" defaultValue="high">
            {PRIORITIES.map((word) => (
              <option key={word}>{word}</option>
            ))}
          </select>
        </label>
        <button type="submit" className="primary" disabled={isBusy}>
          Find the best parameters
        </button>
        {error && (
          <p className="bad" role="alert">
            {error}
          </p>
        )}
      </form>
      {launched && <JobProgress id={launched.id} title={titleOf(launched)} onEnd={onEnd} />}
    </section>
  );
}

/** Only the adaptive search takes a number of trials, and it has one of its own. */
function trials(form: FormData): { trials?: number } {
  const given = Number(form.get("trials"));
  return form.get("method") === "ai" && given > 0 ? { trials: given } : {};
}

type ChoiceProps = { label: string; name: string; of: Record<string, string>; initial: string };

function Choice({ label, name, of, initial }: ChoiceProps) {
  return (
    <label>
      {label}
      <select name={name} defaultValue={initial}>
        {Object.entries(of).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
