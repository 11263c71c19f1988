// Names for the API's shapes that only the dashboard speaks of.
import type { components } from "@paceline/react";

type Schemas = components["schemas"];

export type Task = Schemas["Task"];
export type TaskHistory = Schemas["TaskHistory"];
export type Batch = Schemas["Batch"];
export type Schedule = Schemas["Schedule"];
export type ScheduleRequest = Schemas["ScheduleRequest"];
export type Template = Schemas["Template"];
export type Queue = Schemas["Queue"];
export type Node = Schemas["Node"];
export type NodeWorker = Schemas["NodeWorker"];
export type SystemSamples = Schemas["SystemSamples"];
export type Limit = Schemas["Limit"];
export type Hold = Schemas["Hold"];
export type Preferences = Schemas["Preferences"];
export type PreferencesRequest = Schemas["PreferencesRequest"];
export type Topic = Schemas["Topic"];
