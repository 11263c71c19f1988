// A round button in a corner of the host's page: how many jobs are unfinished, and the way to them.
import { Gauge } from "lucide-react";
import { useState } from "react";
import { formatCount } from "../format";
import { useJobs } from "../hooks/useJobs";
import { JobQueuePopup, type JobQueuePopupProps, UNFINISHED } from "./JobQueuePopup";

/** More than these are not counted on the badge. */
const MOST = 99;

export type JobQueueButtonProps = Omit<JobQueuePopupProps, "open" | "onOpenChange"> & {
  /** `inline` stands where it is put; the others float in that corner. */
  place?: "bottom-right" | "bottom-left" | "inline";
};

export function JobQueueButton({ place = "bottom-right", ...popup }: JobQueueButtonProps) {
  const [open, setOpen] = useState(false);
  const { data } = useJobs({ ...popup.filter, state: UNFINISHED, limit: 1 });
  const count = data?.total ?? data?.total_at_least ?? 0;
  // People who speak to the page say what they see on it.
  const seen = count > MOST ? `${MOST}+` : formatCount(count);
  const words = count === 1 ? "1 unfinished job" : `${seen} unfinished jobs`;
  const exactly = count > MOST ? ` (${formatCount(count)})` : "";
  return (
    <>
      <button
        type="button"
        className="pl-queue-button"
        data-place={place}
        data-busy={count > 0 || undefined}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={`${popup.title ?? "Jobs"}: ${words}${exactly}`}
        onClick={() => setOpen(true)}
      >
        <Gauge size={20} aria-hidden="true" />
        {count > 0 && (
          <span className="pl-badge" aria-hidden="true">
            {seen}
          </span>
        )}
      </button>
      <JobQueuePopup {...popup} open={open} onOpenChange={setOpen} />
    </>
  );
}
