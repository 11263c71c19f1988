// What is around every page: where one can go, whether it is live, and what is told. `index.html`
// shows the frame of it until this is drawn.
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Toaster } from "sonner";
import { useEndToasts } from "~/lib/endToasts";
import { useShortcut } from "~/lib/shortcuts";
import { useTheme } from "~/lib/theme";
import { Bell } from "./Bell";
import { LiveBanner } from "./LiveBanner";
import { LiveMark } from "./LiveMark";
import { BottomBar, SideNav } from "./Navigation";
import { ShellShortcuts } from "./ShellShortcuts";
import { ThemeMenu } from "./ThemeMenu";

const Palette = lazy(() => import("./Palette"));

export function Shell() {
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const theme = useTheme();
  const navigate = useNavigate();
  useEndToasts();
  useShortcut("/", "Search jobs", () => navigate({ to: "/jobs", search: {} }));
  return (
    <div className="flex min-h-dvh flex-col bg-bg md:flex-row">
      <button
        type="button"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2"
        onClick={() => document.getElementById("main")?.focus()}
      >
        Skip to the content
      </button>
      <header className="sticky top-0 z-30 flex h-12 items-center gap-3 border-b border-border bg-surface px-4 md:h-dvh md:w-56 md:shrink-0 md:flex-col md:items-stretch md:border-r md:border-b-0 md:bg-sunken md:px-3 md:py-4">
        <Link to="/" className="flex items-center gap-2.5 rounded-md font-semibold md:px-2">
          <Logo />
          Paceline
        </Link>
        <SideNav openPalette={() => setPalette(true)} />
        <div className="ml-auto flex items-center gap-1 md:mt-auto md:ml-0 md:justify-between md:pl-2">
          <LiveMark />
          <span className="flex items-center">
            <Bell />
            <ThemeMenu />
          </span>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="min-w-0 flex-1 pb-16 outline-none md:pb-0">
        <LiveBanner />
        <Outlet />
      </main>
      <BottomBar />
      <ShellShortcuts
        help={help}
        setHelp={setHelp}
        togglePalette={() => setPalette((open) => !open)}
      />
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} showHelp={() => setHelp(true)} />
        </Suspense>
      )}
      <Toaster
        theme={theme}
        position="bottom-right"
        mobileOffset={{ bottom: 72 }}
        closeButton
        toastOptions={{ className: "font-sans" }}
      />
    </div>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-6" aria-hidden="true">
      <rect width="32" height="32" rx="7" className="fill-accent-solid" />
      <path
        d="M6 10h11M6 16h17M6 22h8"
        className="stroke-on-accent"
        strokeWidth="3.2"
        strokeLinecap="round"
      />
      <circle cx="25.5" cy="22" r="2.2" className="fill-on-accent" />
    </svg>
  );
}
