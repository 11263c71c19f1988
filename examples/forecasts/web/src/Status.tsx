// One line about the node: is it there, what does it do.
import { formatCount, useQueueStatus } from "@paceline/react";

export function Status() {
  const { data, error } = useQueueStatus();
  if (error && !data) {
    return (
      <p className="status bad" role="alert">
        {error.message}
      </p>
    );
  }
  if (!data) return <p className="status">…</p>;
  const { running = 0, pending = 0, completed = 0 } = data.jobs;
  return (
    <p className="status" role="status">
      {formatCount(running)} running · {formatCount(pending)} waiting · {formatCount(completed)}{" "}
      done
    </p>
  );
}
