// Draws the dashboard.
import { PacelineProvider, usePaceline } from "@paceline/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { ROOT } from "./lib/base";
import { loadAhead, router } from "./router";

/** After what the first page needs. */
const AHEAD_MS = 1000;

/** The pages use the library's own store of answers. */
function SharedQueries({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={usePaceline().queries}>{children}</QueryClientProvider>;
}

export async function draw(place: HTMLElement): Promise<void> {
  // What stands in the page meanwhile is replaced by all of it at once.
  await router.load();
  const root = createRoot(place);
  // As a transition, so that the first drawing lets the page do other things between its parts.
  startTransition(() =>
    root.render(
      <StrictMode>
        <PacelineProvider url={ROOT}>
          <SharedQueries>
            <RouterProvider router={router} />
          </SharedQueries>
        </PacelineProvider>
      </StrictMode>,
    ),
  );
  setTimeout(() => void loadAhead(), AHEAD_MS);
}
