import { ErrorState } from "./Blank";

/** A page that threw: the rest of the dashboard goes on. */
export function Failed({ error, reset }: { error: unknown; reset?: () => void }) {
  const shown = error instanceof Error ? error : new Error(String(error));
  return (
    <div className="p-6">
      <ErrorState error={shown} retry={reset ?? (() => location.reload())} />
    </div>
  );
}
