// The actions of a job's page: the likeliest as buttons, the others in a menu.
import type { Job } from "@paceline/react";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { Button, IconButton } from "~/components/Button";
import { Menu } from "~/components/Menu";
import { useJobControls } from "~/features/jobs/JobMenu";
import { CopyMenu } from "./CopyMenu";
import { DownloadMenu } from "./DownloadMenu";

const SHOWN = 2;

export function JobButtons({ job }: { job: Job }) {
  const navigate = useNavigate();
  const { entries, dialog } = useJobControls(job, () => void navigate({ to: "/jobs" }));
  const line = entries.indexOf("line");
  const verbs = entries.slice(0, line === -1 ? undefined : line);
  const first = verbs.slice(0, SHOWN);
  const rest = entries.slice(first.length);
  return (
    <>
      {first.map(
        (entry, place) =>
          entry !== "line" && (
            // The same button, which keeps the focus while what it does changes.
            <Button key={place} onClick={entry.run} className={entry.danger ? "text-failed" : ""}>
              {entry.icon && <entry.icon size={14} aria-hidden="true" />}
              {entry.label}
            </Button>
          ),
      )}
      <DownloadMenu job={job} />
      <CopyMenu job={job} />
      {rest.length > 0 && (
        <Menu entries={rest[0] === "line" ? rest.slice(1) : rest}>
          <IconButton label="More actions" look="plain">
            <Ellipsis size={16} aria-hidden="true" />
          </IconButton>
        </Menu>
      )}
      {dialog}
    </>
  );
}
