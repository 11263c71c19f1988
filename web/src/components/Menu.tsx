// A button that opens a list of things to do.
import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

export type MenuEntry = {
  label: string;
  icon?: LucideIcon;
  run: () => void;
  danger?: boolean;
  /** Marks what is chosen, in a menu that chooses. */
  checked?: boolean;
};

export type MenuProps = {
  /** The button. */
  children: ReactNode;
  entries: readonly (MenuEntry | "line")[];
  align?: "start" | "end";
  /** It is made because somebody wants it. */
  openAtOnce?: boolean;
};

export function Menu({ children, entries, align = "end", openAtOnce = false }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen={openAtOnce}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[70vh] min-w-44 overflow-auto rounded-lg border border-border bg-surface p-1 shadow-lg"
        >
          {entries.map((entry, place) =>
            entry === "line" ? (
              <DropdownMenu.Separator key={place} className="my-1 h-px bg-border" />
            ) : (
              <Entry key={entry.label} {...entry} />
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Entry({ label, icon: Icon, run, danger, checked }: MenuEntry) {
  return (
    <DropdownMenu.Item
      onSelect={run}
      aria-current={checked || undefined}
      className={`flex items-center gap-2 rounded-md px-2.5 py-1.5 text-[13px] outline-none select-none data-highlighted:bg-hover ${
        danger ? "text-failed" : "text-text"
      } ${checked ? "font-semibold" : ""}`}
    >
      {Icon && <Icon size={15} aria-hidden="true" />}
      {label}
    </DropdownMenu.Item>
  );
}
