import type { Job } from "@paceline/react";
import { Copy } from "lucide-react";
import { toast } from "sonner";
import { IconButton } from "~/components/Button";
import { Menu } from "~/components/Menu";
import { ROOT } from "~/lib/base";
import { copyText } from "~/lib/clipboard";
import { asCurl, asPython } from "./asCode";

export function CopyMenu({ job }: { job: Job }) {
  const copy = (what: string, text: string) => () =>
    void copyText(text).then(
      () => toast.success(`Copied: ${what}`),
      () => toast.error("the browser did not let it be copied"),
    );
  return (
    <Menu
      entries={[
        { label: "Copy the id", run: copy("the id", job.id) },
        { label: "Copy as curl", run: copy("the submission as curl", asCurl(job, ROOT)) },
        { label: "Copy as Python", run: copy("the submission as Python", asPython(job, ROOT)) },
      ]}
    >
      <IconButton label="Copy" look="plain">
        <Copy size={15} aria-hidden="true" />
      </IconButton>
    </Menu>
  );
}
