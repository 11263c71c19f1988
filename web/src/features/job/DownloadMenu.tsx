import type { Job } from "@paceline/react";
import { Download } from "lucide-react";
import { Button } from "~/components/Button";
import { Menu } from "~/components/Menu";
import { apiUrl } from "~/lib/base";

/** The browser asks for it itself, so that it may be of any size. */
function download(path: string, name: string): void {
  const link = document.createElement("a");
  link.href = apiUrl(path);
  link.download = name;
  link.click();
}

export function DownloadMenu({ job }: { job: Job }) {
  const results = (format: string) => () =>
    download(`/api/v1/jobs/${job.id}/results?format=${format}`, `${job.name}.${format}`);
  return (
    <Menu
      entries={[
        { label: "Results as CSV", run: results("csv") },
        { label: "Results as NDJSON", run: results("ndjson") },
        { label: "Results as JSON", run: results("json") },
        "line",
        { label: "Log", run: () => download(`/api/v1/jobs/${job.id}/log`, `${job.name}.log`) },
      ]}
    >
      <Button>
        <Download size={14} aria-hidden="true" />
        <span className="max-sm:sr-only">Download</span>
      </Button>
    </Menu>
  );
}
