// Which address shows which page. Each page is one file of `routes/` and is loaded when it is gone
// to; what its address may say besides is read by the function beside it.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import {
  readCursorSearch,
  readJobSearch,
  readJobsSearch,
  readLaunchSearch,
  readSettingsSearch,
  readTaskSearch,
} from "~/lib/search";
import { Failed } from "./components/Failed";
import { NotFound } from "./components/NotFound";
import { Shell } from "./components/Shell";
import { BASE_PATH } from "./lib/base";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("./routes/overview"), "Overview"),
});

const jobs = createRoute({
  getParentRoute: () => root,
  path: "/jobs",
  validateSearch: readJobsSearch,
  component: lazyRouteComponent(() => import("./routes/jobs"), "Jobs"),
});

const job = createRoute({
  getParentRoute: () => root,
  path: "/jobs/$id",
  validateSearch: readJobSearch,
  component: lazyRouteComponent(() => import("./routes/job"), "JobPage"),
});

const launch = createRoute({
  getParentRoute: () => root,
  path: "/launch",
  validateSearch: readLaunchSearch,
  component: lazyRouteComponent(() => import("./routes/launch"), "Launch"),
});

const batches = createRoute({
  getParentRoute: () => root,
  path: "/batches",
  validateSearch: readCursorSearch,
  component: lazyRouteComponent(() => import("./routes/batches"), "Batches"),
});

const batch = createRoute({
  getParentRoute: () => root,
  path: "/batches/$id",
  component: lazyRouteComponent(() => import("./routes/batch"), "BatchPage"),
});

const schedules = createRoute({
  getParentRoute: () => root,
  path: "/schedules",
  component: lazyRouteComponent(() => import("./routes/schedules"), "Schedules"),
});

const schedule = createRoute({
  getParentRoute: () => root,
  path: "/schedules/$id",
  component: lazyRouteComponent(() => import("./routes/schedule"), "SchedulePage"),
});

const templates = createRoute({
  getParentRoute: () => root,
  path: "/templates",
  component: lazyRouteComponent(() => import("./routes/templates"), "Templates"),
});

const tasks = createRoute({
  getParentRoute: () => root,
  path: "/tasks",
  component: lazyRouteComponent(() => import("./routes/tasks"), "Tasks"),
});

const task = createRoute({
  getParentRoute: () => root,
  path: "/tasks/$name",
  validateSearch: readTaskSearch,
  component: lazyRouteComponent(() => import("./routes/task"), "TaskPage"),
});

const workers = createRoute({
  getParentRoute: () => root,
  path: "/workers",
  component: lazyRouteComponent(() => import("./routes/workers"), "Workers"),
});

const queues = createRoute({
  getParentRoute: () => root,
  path: "/queues",
  component: lazyRouteComponent(() => import("./routes/queues"), "Queues"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  validateSearch: readSettingsSearch,
  component: lazyRouteComponent(() => import("./routes/settings"), "Settings"),
});

export const routeTree = root.addChildren([
  overview,
  jobs,
  job,
  launch,
  batches,
  batch,
  schedules,
  schedule,
  templates,
  tasks,
  task,
  workers,
  queues,
  settings,
]);

export const router = createRouter({
  routeTree,
  basepath: BASE_PATH,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultErrorComponent: Failed,
});

/** Pause before code is asked for again that could not be had. */
const AGAIN_MS = 5_000;

/**
 * Gets the code of the other pages: then they open at once, also while the server is away, when
 * what is missing would take the whole page down.
 */
export async function loadAhead(): Promise<void> {
  for (const { options } of Object.values(router.routesById)) {
    const page = options.component as { preload?: () => Promise<void> } | undefined;
    if (page?.preload) await ahead(page.preload);
  }
  await ahead(async () => {
    const { LIGHT_PARTS } = await import("./routes/job");
    for (const load of LIGHT_PARTS) {
      await idle();
      await load();
    }
  });
}

/** One at a time, when there is nothing else to do, and again when the server is back. */
async function ahead(load: () => Promise<unknown>): Promise<void> {
  for (;;) {
    await idle();
    try {
      await load();
      return;
    } catch {
      await new Promise((resume) => setTimeout(resume, AGAIN_MS));
    }
  }
}

function idle(): Promise<void> {
  return new Promise((resume) => {
    // Safari has no idle callbacks.
    if ("requestIdleCallback" in window) requestIdleCallback(() => resume());
    else setTimeout(resume, 100);
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
