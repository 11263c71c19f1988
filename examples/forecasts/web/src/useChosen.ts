// Which job is looked at, as the page's address says it: a link to a result can be sent.
import { useCallback, useSyncExternalStore } from "react";

function read(): string {
  return new URLSearchParams(location.hash.slice(1)).get("job") ?? "";
}

function subscribe(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

export function useChosen(): [string, (id: string) => void] {
  const chosen = useSyncExternalStore(subscribe, read);
  const choose = useCallback((id: string) => {
    location.hash = new URLSearchParams({ job: id }).toString();
  }, []);
  return [chosen, choose];
}
