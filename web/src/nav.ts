// The pages that can be gone to, in their order: the sidebar, the phone's bar, the palette and the
// `g` keys are all made from this list. A page that is not built has no entry.
import { ListChecks, type LucideIcon } from "lucide-react";

export type Page = {
  to: string;
  label: string;
  icon: LucideIcon;
  /** After `g`. */
  key: string;
};

export const PAGES: readonly Page[] = [{ to: "/jobs", label: "Jobs", icon: ListChecks, key: "j" }];
