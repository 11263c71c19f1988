// What stands where nothing can be shown: nothing is there, not yet, or not at all.
import { PacelineError } from "@paceline/react";
import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";

export type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  /** What to do about it. */
  children?: ReactNode;
};

export function EmptyState({ icon: Icon, title, children }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-1.5 rounded-lg border border-dashed border-border px-6 py-14 text-center">
      <Icon size={22} aria-hidden="true" className="mb-1 text-muted" />
      <p className="font-medium text-balance">{title}</p>
      {children && <div className="max-w-md text-[13px] text-balance text-muted">{children}</div>}
    </div>
  );
}

/** Whoever is not signed in is asked to by whatever serves the page. */
function remedy(error: Error, retry: (() => void) | undefined) {
  if (error instanceof PacelineError && error.status === 401) {
    return { verb: "Reload the page", run: () => location.reload() };
  }
  return retry && { verb: "Try again", run: retry };
}

export function ErrorState({ error, retry }: { error: Error; retry?: () => void }) {
  const offered = remedy(error, retry);
  return (
    <div
      role="alert"
      className="flex flex-col items-center gap-2 rounded-lg border border-border bg-surface px-6 py-10 text-center"
    >
      <CircleAlert size={22} aria-hidden="true" className="text-failed" />
      <p dir="auto" className="max-w-lg min-w-0 text-balance break-words first-letter:uppercase">
        {error.message}
      </p>
      {offered && (
        <Button onClick={offered.run} className="mt-1">
          {offered.verb}
        </Button>
      )}
    </div>
  );
}

/** Holds the place of what is read, so that nothing jumps when it is there. */
export function Loading({ label, className = "h-40" }: { label: string; className?: string }) {
  return (
    <div role="status" aria-label={label} className={`pl-waiting w-full rounded-lg ${className}`} />
  );
}
