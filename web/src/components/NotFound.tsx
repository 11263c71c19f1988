import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { EmptyState } from "./Blank";
import { PageFrame } from "./PageFrame";

export function NotFound() {
  return (
    <PageFrame title="Not found">
      <EmptyState icon={Compass} title="There is no such page">
        <Link to="/jobs" className="text-accent underline">
          Go to the jobs
        </Link>
      </EmptyState>
    </PageFrame>
  );
}
