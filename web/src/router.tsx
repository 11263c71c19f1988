// Which address shows which page. Each page is one file of `routes/` and is loaded when it is gone
// to; what its address may say besides is read by the function beside it.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { readJobSearch, readJobsSearch } from "~/lib/search";
import { Failed } from "./components/Failed";
import { NotFound } from "./components/NotFound";
import { Shell } from "./components/Shell";
import { BASE_PATH } from "./lib/base";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/jobs" });
  },
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

export const routeTree = root.addChildren([overview, jobs, job]);

export const router = createRouter({
  routeTree,
  basepath: BASE_PATH,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultErrorComponent: Failed,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
