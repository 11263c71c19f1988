// What all hooks and components share: the calls, what was read, and the stream of events.
import { QueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from "react";
import { type Api, createApi, type Token, withoutSlash } from "./api/client";
import { PacelineError } from "./api/error";
import { LiveConnection, type LiveState } from "./live/connection";
import { LiveSync } from "./live/sync";

export type Paceline = {
  /** Where the node is, without a slash at the end. */
  url: string;
  api: Api;
  queries: QueryClient;
  live: LiveConnection;
  token: Token | undefined;
};

const Context = createContext<Paceline | null>(null);

export type PacelineProviderProps = {
  /** The node's address, such as `https://jobs.example.com`; the page's own server by default. */
  url?: string;
  /** A token that may read jobs, or a function that gets one. */
  token?: Token;
  children: ReactNode;
};

/** Calls that the server refused are not tried again; those that it did not answer are. */
function worthRetrying(count: number, error: Error): boolean {
  const refused = error instanceof PacelineError && error.status >= 400 && error.status < 500;
  return !refused && count < 2;
}

export function createPaceline(url: string, token: Token | undefined): Paceline {
  const queries = new QueryClient({
    defaultOptions: {
      // The stream says when something is stale.
      queries: { staleTime: 30_000, retry: worthRetrying, refetchOnWindowFocus: false },
    },
  });
  return {
    url: withoutSlash(url),
    token,
    api: createApi({ url, token }),
    queries,
    live: new LiveConnection({ url, token }),
  };
}

export function PacelineProvider({ url = "", token, children }: PacelineProviderProps) {
  const paceline = useMemo(() => createPaceline(url, token), [url, token]);
  useEffect(() => {
    const sync = new LiveSync(paceline.queries);
    const { live } = paceline;
    const nudge = () => {
      if (document.visibilityState === "visible") live.nudge();
    };
    sync.attach(live);
    live.start();
    window.addEventListener("online", nudge);
    document.addEventListener("visibilitychange", nudge);
    return () => {
      window.removeEventListener("online", nudge);
      document.removeEventListener("visibilitychange", nudge);
      live.stop();
      sync.stop();
    };
  }, [paceline]);
  return <Context.Provider value={paceline}>{children}</Context.Provider>;
}

export function usePaceline(): Paceline {
  const paceline = useContext(Context);
  if (!paceline) throw new Error("put <PacelineProvider> around what uses Paceline's hooks");
  return paceline;
}

/** Whether events come as they happen, or are asked for. */
export function useLiveState(): LiveState {
  const { live } = usePaceline();
  return useSyncExternalStore(
    (changed) => live.subscribe({ onState: changed }),
    () => live.state,
    () => "connecting" as const,
  );
}
