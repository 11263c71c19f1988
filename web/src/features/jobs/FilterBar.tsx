// Text and conditions, all of them in the address.
import { Search, SlidersHorizontal, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type Ref, useEffect, useRef, useState } from "react";
import { Button } from "~/components/Button";
import type { JobsSearch } from "~/lib/search";
import { FilterForm } from "./FilterForm";
import { FIELDS } from "./filter";

export type FilterBarProps = {
  search: JobsSearch;
  onChange: (change: Partial<JobsSearch>) => void;
  searchRef: Ref<HTMLInputElement>;
};

export function FilterBar({ search, onChange, searchRef }: FilterBarProps) {
  const [open, setOpen] = useState(false);
  const active = FIELDS.filter(({ name }) => search[name]);
  const none = Object.fromEntries(FIELDS.map(({ name }) => [name, undefined]));
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchField
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q || undefined })}
        inputRef={searchRef}
      />
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger asChild>
          <Button>
            <SlidersHorizontal size={14} aria-hidden="true" />
            Filter
          </Button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="start"
            sideOffset={6}
            collisionPadding={8}
            aria-label="Filter"
            className="z-40 max-h-(--radix-popover-content-available-height) w-[min(420px,calc(100vw-16px))] overflow-auto rounded-xl border border-border bg-surface p-4 shadow-xl"
          >
            <FilterForm
              search={search}
              onApply={(change) => {
                setOpen(false);
                onChange(change);
              }}
            />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {active.map(({ name, label }) => (
        <Chip
          key={name}
          label={label}
          value={String(search[name]).replace("T", " ")}
          onRemove={() => onChange({ [name]: undefined })}
        />
      ))}
      {active.length > 1 && (
        <Button look="quiet" onClick={() => onChange(none)}>
          Clear all
        </Button>
      )}
    </div>
  );
}

/** Asks once the typing rests, so that a word is one question. */
const REST_MS = 250;

type SearchFieldProps = {
  value: string;
  onChange: (text: string) => void;
  inputRef: Ref<HTMLInputElement>;
};

function SearchField({ value, onChange, inputRef }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const said = useRef(value);
  useEffect(() => {
    // The address was changed by something else than this field.
    if (value !== said.current) setText(value);
    said.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const say = (next: string) => {
    said.current = next.trim();
    onChange(next.trim());
  };
  return (
    <search className="relative w-full sm:w-72">
      <Search
        size={14}
        aria-hidden="true"
        className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted"
      />
      <input
        ref={inputRef}
        type="search"
        aria-label="Search jobs"
        placeholder="Name, id, user, label, param …"
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => say(next), REST_MS);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
        className="h-8 w-full rounded-md border border-strong bg-surface pr-2 pl-8 text-[13px]"
      />
    </search>
  );
}

function Chip({ label, value, onRemove }: { label: string; value: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-8 max-w-full items-center gap-1 rounded-md bg-accent-soft pl-2.5 text-[13px] text-accent">
      <span className="truncate">
        {label}:{" "}
        <b dir="auto" className="font-medium">
          {value}
        </b>
      </span>
      <button
        type="button"
        aria-label={`Remove the filter ${label}`}
        onClick={onRemove}
        className="grid size-8 shrink-0 place-items-center rounded-md hover:bg-hover"
      >
        <X size={13} aria-hidden="true" />
      </button>
    </span>
  );
}
