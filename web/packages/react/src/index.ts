import "./styles.css";

export type { ActionName } from "./actions";
export { hasNoShare, isOffered, isTerminal, TERMINAL, worked } from "./actions";
export { type Api, type ClientOptions, createApi, type Token, unwrap } from "./api/client";
export { PacelineError } from "./api/error";
export type { components, operations, paths } from "./api/schema";
export type {
  ActionsRequest,
  Alert,
  Controlled,
  ErrorGroup,
  EventType,
  FilterRequest,
  Graph,
  GraphNode,
  Item,
  ItemState,
  Job,
  JobCounts,
  JobError,
  JobEvent,
  JobFilter,
  JobPage,
  JobProgressView,
  JobRequest,
  JobState,
  JobsQuery,
  Notification,
  PatchRequest,
  Priority,
  Problem,
  Sample,
  Status,
  Worker,
} from "./api/types";
export { ConfirmDialog, type ConfirmDialogProps } from "./components/ConfirmDialog";
export type { ColumnName } from "./components/columns";
export { duration, type JobLink, JobName } from "./components/columns";
export { JobProgress, type JobProgressProps, ProgressWords } from "./components/JobProgress";
export { JobQueueButton, type JobQueueButtonProps } from "./components/JobQueueButton";
export { JobQueuePopup, type JobQueuePopupProps, UNFINISHED } from "./components/JobQueuePopup";
export { JobStateMark, markOf, stateWord } from "./components/JobStateMark";
export { JobRows, JobTable, type JobTableProps } from "./components/JobTable";
export { ProgressBar } from "./components/ProgressBar";
export {
  createPaceline,
  type Paceline,
  PacelineProvider,
  type PacelineProviderProps,
  useLiveState,
  usePaceline,
} from "./context";
export * from "./format";
export { useBulkAction, useBulkPreview } from "./hooks/useBulkAction";
export { useJob } from "./hooks/useJob";
export { expected, type JobAction, type JobActionCall, useJobAction } from "./hooks/useJobAction";
export { useJobCounts } from "./hooks/useJobCounts";
export { useJobs } from "./hooks/useJobs";
export { useLiveQuery } from "./hooks/useLiveQuery";
export { useNow } from "./hooks/useNow";
export { useQueueStatus } from "./hooks/useQueueStatus";
export type { LiveListener, LiveState } from "./live/connection";
export { keys } from "./live/keys";
export { readEvents } from "./live/readEvents";
