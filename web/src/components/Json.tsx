import { Copy } from "lucide-react";
import { toast } from "sonner";
import { copyText } from "~/lib/clipboard";
import { IconButton } from "./Button";

/** Longer texts are cut where they are shown, never where they are copied. */
const SHOWN = 200_000;

/** A value as indented JSON, to read and to copy. */
export function Json({ label, value }: { label: string; value: unknown }) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  const copy = () =>
    void copyText(text).then(
      () => toast.success(`Copied: ${label}`),
      () => toast.error("the browser did not let it be copied"),
    );
  return (
    <figure className="min-w-0">
      <figcaption className="flex h-7 items-center justify-between text-xs text-muted">
        {label}
        <IconButton label={`Copy: ${label}`} className="size-6" onClick={copy}>
          <Copy size={13} aria-hidden="true" />
        </IconButton>
      </figcaption>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        tabIndex={0}
        className="max-h-[28rem] overflow-auto rounded-md bg-sunken p-3 font-mono text-xs leading-relaxed break-words whitespace-pre-wrap"
      >
        {text.slice(0, SHOWN)}
        {text.length > SHOWN && "\n… the rest is in the download"}
      </pre>
    </figure>
  );
}
