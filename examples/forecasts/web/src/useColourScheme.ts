// Light or dark, as the system says it now.
import { useSyncExternalStore } from "react";

const dark = matchMedia("(prefers-color-scheme: dark)");

export function useColourScheme(): "light" | "dark" {
  return useSyncExternalStore(
    (changed) => {
      dark.addEventListener("change", changed);
      return () => dark.removeEventListener("change", changed);
    },
    () => (dark.matches ? "dark" : "light"),
  );
}
