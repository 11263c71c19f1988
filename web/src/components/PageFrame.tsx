import { type ReactNode, useEffect } from "react";

export type PageFrameProps = {
  title: string;
  /** Where the page belongs: links, before its title. */
  trail?: ReactNode;
  /** To the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
};

/** What every page has: its name, what can be done, and its contents. */
export function PageFrame({ title, trail, actions, children }: PageFrameProps) {
  useEffect(() => {
    document.title = `${title} · Paceline`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-[1280px] flex-col gap-4 px-4 py-5 md:px-8 md:py-7">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          {trail && (
            <nav aria-label="Where this is" className="text-xs break-words text-muted">
              {trail}
            </nav>
          )}
          <h1 dir="auto" className="text-lg font-semibold tracking-tight break-words">
            {title}
          </h1>
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
