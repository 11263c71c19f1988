// The log, live: only what is in sight is drawn, so that its length does not matter.
import { formatCount, isTerminal, type Job } from "@paceline/react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowDownToLine, ArrowUp, Download, ScrollText } from "lucide-react";
import { memo, useCallback, useEffect, useRef, useState } from "react";
import { EmptyState, ErrorState, Loading } from "~/components/Blank";
import { Button, IconButton } from "~/components/Button";
import { apiUrl } from "~/lib/base";
import { useShortcut } from "~/lib/shortcuts";
import { isShortened } from "./logLines";
import { useFound } from "./useFound";
import { type Log, useLog } from "./useLog";

const LINE_PX = 19;
/** Lines are drawn by so many: the list keeps a note of each block, and a log has a million lines. */
const BLOCK = 50;
/** So near to the end counts as at it. */
const NEAR_PX = 40;

export default function JobLog({ job }: { job: Job }) {
  const log = useLog(job);
  if (log.error && log.lines.length === 0) return <ErrorState error={log.error} />;
  if (log.lines.length === 0) {
    if (!log.ready) return <Loading label="Loading the log" className="h-64" />;
    return (
      <EmptyState
        icon={ScrollText}
        title={isTerminal(job.state) ? "Nothing was printed" : "Nothing was printed yet"}
      >
        What a handler prints or logs is here as it comes.
      </EmptyState>
    );
  }
  return <Lines job={job} log={log} />;
}

function Lines({ job, log }: { job: Job; log: Log }) {
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const [text, setText] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const { lines } = log;
  const list = useVirtualizer({
    count: Math.ceil(lines.length / BLOCK),
    getScrollElement: () => box.current,
    estimateSize: () => BLOCK * LINE_PX,
    overscan: 1,
  });
  const goTo = useCallback((line: number) => {
    setFollows(false);
    const it = box.current;
    if (it) it.scrollTop = (line + 0.5) * LINE_PX - it.clientHeight / 2;
  }, []);
  const found = useFound(log, text, goTo);
  useShortcut("/", "Search the log", () => field.current?.focus());
  useEffect(() => {
    if (follows && log.version > 0 && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follows, log.version]);
  const onScroll = () => {
    const it = box.current;
    if (it) setFollows(it.scrollHeight - it.scrollTop - it.clientHeight < NEAR_PX);
  };
  return (
    <div className="overflow-hidden rounded-lg border border-border bg-surface">
      <div className="flex flex-wrap items-center gap-2 border-b border-border px-3 py-2">
        <input
          ref={field}
          type="search"
          aria-label="Search the log"
          placeholder="Search the log …"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") found.step(event.shiftKey ? -1 : 1);
            if (event.key === "Escape") event.currentTarget.blur();
          }}
          className="h-8 w-full rounded-md border border-strong bg-bg px-2 text-[13px] sm:w-64"
        />
        {text && (
          <span role="status" className="flex items-center text-xs text-muted tabular-nums">
            {found.lines.length === 0
              ? "not found"
              : `${formatCount(found.place + 1)} of ${formatCount(found.lines.length)}`}
            <IconButton label="Match before" onClick={() => found.step(-1)}>
              <ArrowUp size={14} aria-hidden="true" />
            </IconButton>
            <IconButton label="Next match" onClick={() => found.step(1)}>
              <ArrowDown size={14} aria-hidden="true" />
            </IconButton>
          </span>
        )}
        <p className="ml-auto text-xs text-muted tabular-nums">
          {log.cut && "the last "}
          {formatCount(lines.length)} lines
          {isShortened(lines) && "; older ones were removed, see log_size"}
          {log.dropped > 0 && `, ${formatCount(log.dropped)} older ones in the download`}
        </p>
        {log.cut && <Button onClick={log.loadAll}>Load all</Button>}
        <IconButton
          label="Go to the end and follow"
          look="plain"
          aria-pressed={follows}
          className={follows ? "text-accent" : ""}
          onClick={() => setFollows(true)}
        >
          <ArrowDownToLine size={15} aria-hidden="true" />
        </IconButton>
        <a
          href={apiUrl(`/api/v1/jobs/${job.id}/log`)}
          download={`${job.name}.log`}
          aria-label="Download the log"
          title="Download the log"
          className="inline-grid size-8 place-items-center rounded-md border border-border hover:bg-hover"
        >
          <Download size={15} aria-hidden="true" />
        </a>
      </div>
      <div
        ref={box}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={`Log of ${job.name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        tabIndex={0}
        className="h-[60dvh] min-h-64 overflow-auto bg-sunken font-mono text-xs"
      >
        <div style={{ height: lines.length * LINE_PX }} className="relative min-w-max">
          {list.getVirtualItems().map(({ key, index }) => (
            <div
              key={key}
              style={{ transform: `translateY(${index * BLOCK * LINE_PX}px)` }}
              className="absolute inset-x-0 top-0"
            >
              {lines.slice(index * BLOCK, (index + 1) * BLOCK).map((text, place) => (
                <Line
                  key={place}
                  text={text}
                  number={log.cut ? null : index * BLOCK + place + 1 + log.dropped}
                  current={found.current === index * BLOCK + place}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

type LineProps = { text: string; number: number | null; current: boolean };

const Line = memo(function Line({ text, number, current }: LineProps) {
  return (
    <div
      style={{ height: LINE_PX }}
      className={`flex leading-[19px] whitespace-pre ${current ? "bg-accent-soft" : ""}`}
    >
      {number !== null && (
        <span aria-hidden="true" className="w-16 shrink-0 pr-3 text-right text-muted select-none">
          {number}
        </span>
      )}
      <span dir="auto" className={number === null ? "px-3" : "pr-3"}>
        {text}
      </span>
    </div>
  );
});
