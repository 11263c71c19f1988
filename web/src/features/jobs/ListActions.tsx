// What is done with the whole list: clear what completed, cancel all that is unfinished.
import { formatCount, unwrap, useJobCounts, usePaceline } from "@paceline/react";
import { useMutation } from "@tanstack/react-query";
import { Ellipsis, Eraser, OctagonX } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { IconButton } from "~/components/Button";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { Menu } from "~/components/Menu";
import { jobs } from "./BulkDialog";
import { countOf } from "./filter";

type Asked = "clear" | "reset";

export function ListActions() {
  const { api, queries } = usePaceline();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { data } = useJobCounts();
  const unfinished = (countOf(data?.states, "active") ?? 0) + (data?.states.scheduled ?? 0);
  const completed = data?.states.completed ?? 0;
  const act = useMutation({
    mutationFn: (what: Asked) =>
      what === "clear"
        ? unwrap(api.POST("/api/v1/jobs/clear-completed"))
        : unwrap(api.POST("/api/v1/jobs/reset", { body: { confirm: true } })),
    onSuccess: (done, what) => {
      toast.success(`${what === "clear" ? "Cleared" : "Cancelled"} ${jobs(done.changed)}`);
      void queries.invalidateQueries();
    },
    onError: (error) => toast.error(error.message),
  });
  const clears = asked === "clear";
  return (
    <>
      <Menu
        entries={[
          { label: "Clear completed", icon: Eraser, run: () => setAsked("clear") },
          { label: "Reset all", icon: OctagonX, danger: true, run: () => setAsked("reset") },
        ]}
      >
        <IconButton label="More for all jobs" look="plain">
          <Ellipsis size={16} aria-hidden="true" />
        </IconButton>
      </Menu>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={
          clears
            ? `Clear ${jobs(completed)}?`
            : `Cancel all ${formatCount(unfinished)} unfinished jobs?`
        }
        verb={clears ? "Clear completed" : "Cancel all"}
        danger
        busy={(clears ? completed : unfinished) === 0}
        onConfirm={() => {
          if (asked) act.mutate(asked);
          setAsked(null);
        }}
      >
        {clears ? (
          <p>All completed jobs are removed for good, with their items, results and logs.</p>
        ) : (
          <p>
            {jobs(data?.states.running ?? 0)} of them run now and are stopped after the grace.
            Schedules stay and go on to submit jobs.
          </p>
        )}
      </ConfirmDialog>
    </>
  );
}
