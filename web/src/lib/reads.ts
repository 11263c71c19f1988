// What the pages read besides jobs. The first word of a key is the family that events make stale.
import { unwrap, useLiveQuery, usePaceline } from "@paceline/react";

export function useTasks() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["tasks"],
    read: (signal) => unwrap(api.GET("/api/v1/tasks", { signal })),
  });
}

export function useTask(name: string) {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["task", name],
    read: (signal) =>
      unwrap(api.GET("/api/v1/tasks/{name}", { params: { path: { name } }, signal })),
  });
}

export function useTemplates() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["templates"],
    read: (signal) => unwrap(api.GET("/api/v1/templates", { signal })),
  });
}

export function useTemplate(id: string | undefined) {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["template", id],
    read: (signal) =>
      unwrap(api.GET("/api/v1/templates/{id}", { params: { path: { id: id ?? "" } }, signal })),
    enabled: id !== undefined,
  });
}

export function useSchedules() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["schedules"],
    read: (signal) => unwrap(api.GET("/api/v1/schedules", { signal })),
  });
}

export function useBatches(cursor: string | undefined) {
  const { api } = usePaceline();
  const query = { limit: 25, ...(cursor && { cursor }) };
  return useLiveQuery({
    key: ["batches", cursor],
    read: (signal) => unwrap(api.GET("/api/v1/batches", { params: { query }, signal })),
    keep: true,
  });
}

export function useBatch(id: string) {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["batch", id],
    read: (signal) => unwrap(api.GET("/api/v1/batches/{id}", { params: { path: { id } }, signal })),
  });
}

export function useQueues() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["queues"],
    read: (signal) => unwrap(api.GET("/api/v1/queues", { signal })),
  });
}

export function useLimits() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["limits"],
    read: (signal) => unwrap(api.GET("/api/v1/limits", { signal })),
  });
}

export function usePreferences(user: string) {
  const { api } = usePaceline();
  const query = user ? { user } : {};
  return useLiveQuery({
    key: ["preferences", user],
    read: (signal) => unwrap(api.GET("/api/v1/preferences", { params: { query }, signal })),
  });
}

/** Nodes say every few seconds how they are; that makes no event. */
const NODES_EVERY_MS = 3_000;
/** So often nodes write down how they are. */
const SAMPLES_EVERY_MS = 10_000;

export function useNodes() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["nodes"],
    read: (signal) => unwrap(api.GET("/api/v1/nodes", { signal })),
    every: NODES_EVERY_MS,
  });
}

/** The workers of all nodes. */
export function useWorkers() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["workers"],
    read: (signal) => unwrap(api.GET("/api/v1/workers", { signal })),
    every: NODES_EVERY_MS,
  });
}

/** How all nodes were over the last hour. */
export function useSystemSamples() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["system-samples"],
    read: (signal) => unwrap(api.GET("/api/v1/system/samples", { signal })),
    every: SAMPLES_EVERY_MS,
  });
}
