// Names for the shapes of the API that people write down.
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type JobProgressView = Schemas["Progress"];
export type Priority = Schemas["Priority"];
export type Item = Schemas["Item"];
export type ItemState = Schemas["ItemState"];
export type ErrorGroup = Schemas["ErrorGroup"];
export type JobError = Schemas["Error"];
export type JobEvent = Schemas["Event"];
export type EventType = Schemas["EventType"];
export type Sample = Schemas["Sample"];
export type Graph = Schemas["Graph"];
export type GraphNode = Schemas["GraphNode"];
export type Status = Schemas["Status"];
export type Worker = Schemas["Worker"];
export type Alert = Schemas["Alert"];
export type Problem = Schemas["Problem"];
export type ActionName = Schemas["Action"];
export type ActionsRequest = Schemas["ActionsRequest"];
export type Controlled = Schemas["Controlled"];
export type PatchRequest = Schemas["PatchRequest"];
export type FilterRequest = Schemas["FilterRequest"];
export type JobRequest = Schemas["JobRequest"];
export type Notification = Schemas["Notification"];

/** Conditions, order and page of a list of jobs, as `GET /api/v1/jobs` takes them. */
export type JobsQuery = NonNullable<operations["list_jobs"]["parameters"]["query"]>;
/** The conditions alone. */
export type JobFilter = Omit<JobsQuery, "sort" | "limit" | "cursor">;

export type JobPage = Schemas["List_Job"];
export type JobCounts = Schemas["JobCounts"];
