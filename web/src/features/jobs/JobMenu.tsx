// What can be done with one job: as a row's menu, and as the buttons of its page.
import { isOffered, type Job, type JobActionCall, stateWord, useJobAction } from "@paceline/react";
import {
  Ban,
  CirclePause,
  CirclePlay,
  Ellipsis,
  Flag,
  type LucideIcon,
  RefreshCw,
  RotateCcw,
  Trash2,
} from "lucide-react";
import { type ComponentProps, useState } from "react";
import { toast } from "sonner";
import { IconButton } from "~/components/Button";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { Menu, type MenuEntry } from "~/components/Menu";
import { touch } from "~/lib/endToasts";
import { QUESTIONS, type Risky } from "./questions";

type Verb = "pause" | "resume" | "retry" | "restart" | "cancel" | "delete";

const VERBS: readonly { action: Verb; label: (job: Job) => string; icon: LucideIcon }[] = [
  { action: "pause", label: () => "Pause", icon: CirclePause },
  { action: "resume", label: () => "Resume", icon: CirclePlay },
  {
    action: "retry",
    label: (job) =>
      job.progress.failed > 0 && job.progress.total > 1 ? "Retry failed only" : "Retry",
    icon: RefreshCw,
  },
  { action: "restart", label: () => "Restart all", icon: RotateCcw },
  { action: "cancel", label: () => "Cancel", icon: Ban },
  { action: "delete", label: () => "Delete", icon: Trash2 },
];

/** All that may be in a job's menu. */
const OFFERS = ["change", ...VERBS.map(({ action }) => action)] as const;
const RISKY: readonly Verb[] = ["cancel", "restart", "delete"];
export const PRIORITIES = ["urgent", "high", "normal", "low"] as const;

export type JobControls = {
  entries: (MenuEntry | "line")[];
  /** Stands somewhere on the page: the question before something risky. */
  dialog: React.ReactNode;
};

/** The actions that the job's state allows, and the dialog that some of them ask first. */
export function useJobControls(job: Job, onDeleted?: () => void): JobControls {
  const act = useJobAction();
  const [asked, setAsked] = useState<Risky | null>(null);
  const run = (call: JobActionCall) => {
    touch(job.id);
    act.mutate(call, {
      onError: (error) => toast.error(`${job.name}: ${error.message}`),
      onSuccess: () => call.action === "delete" && onDeleted?.(),
    });
  };
  const entries: (MenuEntry | "line")[] = VERBS.filter(({ action }) => isOffered(job, action)).map(
    ({ action, label, icon }) => ({
      label: label(job),
      icon,
      danger: action === "cancel" || action === "delete",
      run: () =>
        RISKY.includes(action)
          ? setAsked(action as Risky)
          : run({ id: job.id, action } as JobActionCall),
    }),
  );
  if (isOffered(job, "change")) {
    const others = PRIORITIES.filter((priority) => priority !== job.priority);
    entries.push("line");
    for (const priority of others) {
      entries.push({
        label: `${stateWord(priority as never)} priority`,
        icon: Flag,
        run: () => run({ id: job.id, action: "change", change: { priority } }),
      });
    }
  }
  const question = asked && QUESTIONS[asked];
  const dialog = (
    <ConfirmDialog
      open={question !== null}
      onOpenChange={() => setAsked(null)}
      title={question ? `${question.verb} ${job.name}?` : ""}
      verb={question?.verb ?? ""}
      danger={asked !== "restart"}
      onConfirm={() => {
        if (asked) run({ id: job.id, action: asked });
        setAsked(null);
      }}
    >
      {question?.one(job)}
    </ConfirmDialog>
  );
  return { entries, dialog };
}

/** A row's menu. It is made when it is first asked for: a list has fifty, and few are opened. */
function JobMenu({ job }: { job: Job }) {
  const [asked, setAsked] = useState(false);
  if (!OFFERS.some((action) => isOffered(job, action))) return null;
  if (asked) return <OpenMenu job={job} />;
  return (
    <Opener job={job} aria-haspopup="menu" aria-expanded={false} onClick={() => setAsked(true)} />
  );
}

function OpenMenu({ job }: { job: Job }) {
  const { entries, dialog } = useJobControls(job);
  return (
    <>
      <Menu entries={entries} openAtOnce>
        <Opener job={job} />
      </Menu>
      {dialog}
    </>
  );
}

function Opener({ job, ...rest }: { job: Job } & ComponentProps<"button">) {
  return (
    <IconButton label={`Actions for ${job.name}`} {...rest}>
      <Ellipsis size={16} aria-hidden="true" />
    </IconButton>
  );
}

/** For tables: always the same function, so that their rows are drawn for what they show only. */
export function menuOf(job: Job) {
  return <JobMenu job={job} />;
}
