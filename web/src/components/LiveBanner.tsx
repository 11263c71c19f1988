// Says so when what is shown is no longer of this moment, and what can be done about it.
import { useLiveState, usePaceline } from "@paceline/react";
import { CloudOff, LogIn } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";

const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };

export function LiveBanner() {
  const state = useLiveState();
  const { live } = usePaceline();
  if (state === "refused") {
    return (
      <Banner icon={LogIn} verb="Reload the page" run={() => location.reload()}>
        You are not signed in, or no longer. <Since heard={live.lastHeard} />
      </Banner>
    );
  }
  if (state === "away") {
    return (
      <Banner icon={CloudOff} verb="Try now" run={() => live.nudge()}>
        The server does not answer. <Since heard={live.lastHeard} /> The page goes on by itself when
        it is back.
      </Banner>
    );
  }
  return null;
}

function Since({ heard }: { heard: number }) {
  if (heard === 0) return null;
  return <>What is shown is of {new Date(heard).toLocaleTimeString("en-GB", CLOCK)}.</>;
}

type BannerProps = { icon: typeof CloudOff; verb: string; run: () => void; children: ReactNode };

function Banner({ icon: Icon, verb, run, children }: BannerProps) {
  return (
    <div
      role="alert"
      className="sticky top-12 z-20 flex items-center gap-3 border-b border-failed/40 bg-surface px-4 py-2 text-[13px] md:top-0 md:px-8"
    >
      <Icon size={16} aria-hidden="true" className="shrink-0 text-failed" />
      <p className="min-w-0 flex-1">{children}</p>
      <Button onClick={run}>{verb}</Button>
    </div>
  );
}
