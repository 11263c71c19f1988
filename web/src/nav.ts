// The pages that can be gone to, in their order: the sidebar, the phone's bar, the palette and the
// `g` keys are all made from this list. A page that is not built has no entry.
import {
  Blocks,
  Bookmark,
  CalendarClock,
  Cpu,
  Gauge,
  Layers,
  LayoutDashboard,
  ListChecks,
  type LucideIcon,
  Rocket,
  Settings,
} from "lucide-react";

export type Page = {
  to: string;
  label: string;
  icon: LucideIcon;
  /** After `g`. */
  key: string;
};

export const PAGES: readonly Page[] = [
  { to: "/", label: "Overview", icon: LayoutDashboard, key: "o" },
  { to: "/jobs", label: "Jobs", icon: ListChecks, key: "j" },
  { to: "/launch", label: "Launch", icon: Rocket, key: "l" },
  { to: "/batches", label: "Batches", icon: Layers, key: "b" },
  { to: "/schedules", label: "Schedules", icon: CalendarClock, key: "s" },
  { to: "/templates", label: "Templates", icon: Bookmark, key: "m" },
  { to: "/tasks", label: "Tasks", icon: Blocks, key: "t" },
  { to: "/workers", label: "Workers", icon: Cpu, key: "w" },
  { to: "/queues", label: "Queues", icon: Gauge, key: "q" },
  { to: "/settings", label: "Settings", icon: Settings, key: "," },
];
