import { formatCount, type JobPage } from "@paceline/react";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "~/components/Button";
import { PAGE_SIZE } from "./filter";

type PagerProps = {
  data: JobPage;
  page: number;
  onPage: (page: number) => void;
};

export function Pager({ data, page, onPage }: PagerProps) {
  const from = (page - 1) * PAGE_SIZE + 1;
  const to = from + data.items.length - 1;
  const total = data.total ?? data.total_at_least;
  if (data.items.length === 0 || (page === 1 && !data.next_cursor)) return null;
  return (
    <nav aria-label="Pages of the list" className="flex items-center justify-end gap-2">
      <p className="mr-2 text-xs text-muted tabular-nums">
        {formatCount(from)}–{formatCount(to)}
        {total !== null && total !== undefined && ` of ${formatCount(total)}`}
        {data.total_at_least ? "+" : ""}
      </p>
      <Button disabled={page === 1} onClick={() => onPage(page - 1)}>
        <ChevronLeft size={14} aria-hidden="true" />
        Previous
      </Button>
      <Button disabled={!data.next_cursor} onClick={() => onPage(page + 1)}>
        Next
        <ChevronRight size={14} aria-hidden="true" />
      </Button>
    </nav>
  );
}
