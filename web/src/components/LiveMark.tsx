import { type LiveState, useLiveState } from "@paceline/react";

const WORDS: Record<LiveState, [word: string, long: string, colour: string]> = {
  live: ["Live", "Everything is shown as it happens", "bg-completed"],
  connecting: ["Connecting", "Waiting for the server", "bg-paused"],
  polling: ["Polling", "Something holds the stream of events back: asking instead", "bg-paused"],
  away: ["Reconnecting", "The server does not answer", "bg-failed"],
  refused: ["Signed out", "The server does not say who you are", "bg-failed"],
};

/** Whether what is shown is of this moment. */
export function LiveMark() {
  const [word, long, colour] = WORDS[useLiveState()];
  return (
    <span role="status" title={long} className="inline-flex items-center gap-2 text-xs text-muted">
      <span aria-hidden="true" className={`size-2 rounded-full ${colour}`} />
      {word}
    </span>
  );
}
