// The list of what people were told, and how much of it nobody has read.
import { formatAgo, unwrap, useLiveQuery, useNow, usePaceline } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { Bell as BellIcon } from "lucide-react";
import { Popover } from "radix-ui";
import { Button, IconButton } from "./Button";

function useNotices() {
  const { api } = usePaceline();
  return useLiveQuery({
    key: ["notifications"],
    // What people are told is written a moment after the event, and makes none of its own.
    every: 10_000,
    read: (signal) =>
      unwrap(api.GET("/api/v1/notifications", { params: { query: { limit: 20 } }, signal })),
  });
}

export function Bell() {
  const { data, refetch } = useNotices();
  const { api } = usePaceline();
  const unread = data?.unread ?? 0;
  const seen = unread > 99 ? "99+" : String(unread);
  const markAll = async () => {
    await unwrap(api.POST("/api/v1/notifications/read", { body: { all: true } }));
    await refetch();
  };
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton
          label={unread > 0 ? `Notifications: ${seen} unread` : "Notifications"}
          className="relative"
        >
          <BellIcon size={16} aria-hidden="true" />
          {unread > 0 && (
            <span
              aria-hidden="true"
              className="absolute -top-0.5 -right-0.5 min-w-4 rounded-full bg-accent-solid px-1 text-[10px]/4 font-semibold text-on-accent"
            >
              {seen}
            </span>
          )}
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          collisionPadding={8}
          sideOffset={6}
          aria-label="Notifications"
          className="z-50 flex max-h-[70dvh] w-[min(380px,calc(100vw-16px))] flex-col overflow-hidden rounded-xl border border-border bg-surface shadow-xl"
        >
          <div className="flex h-11 items-center justify-between border-b border-border px-4">
            <h2 className="text-[13px] font-semibold">Notifications</h2>
            {unread > 0 && (
              <Button look="quiet" onClick={() => void markAll()}>
                Mark all as read
              </Button>
            )}
          </div>
          <Notices items={data?.items ?? []} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type Notices = NonNullable<ReturnType<typeof useNotices>["data"]>["items"];

function Notices({ items }: { items: Notices }) {
  const now = useNow();
  if (items.length === 0) {
    return (
      <p className="px-4 py-8 text-center text-[13px] text-muted">There are no notifications yet</p>
    );
  }
  return (
    <ul className="divide-y divide-border overflow-auto">
      {items.map(({ id, at, read_at, news }) => (
        <li key={id} className="flex gap-3 px-4 py-2.5 text-[13px]">
          <span
            aria-hidden="true"
            className={`mt-1.5 size-2 shrink-0 rounded-full ${read_at ? "bg-transparent" : "bg-accent-solid"}`}
          />
          <div className="min-w-0 flex-1">
            {news.job ? (
              <Popover.Close asChild>
                <Link
                  to="/jobs/$id"
                  params={{ id: news.job }}
                  dir="auto"
                  className="font-medium break-words hover:underline"
                >
                  {news.title}
                </Link>
              </Popover.Close>
            ) : (
              <p dir="auto" className="font-medium break-words">
                {news.title}
              </p>
            )}
            {news.message && (
              <p dir="auto" className="line-clamp-2 break-words text-muted">
                {news.message}
              </p>
            )}
          </div>
          <time dateTime={at} className="shrink-0 text-xs text-muted">
            {formatAgo(at, now)}
          </time>
        </li>
      ))}
    </ul>
  );
}
