import type { ComponentProps } from "react";

export type Look = "plain" | "primary" | "danger" | "quiet";

const LOOKS: Record<Look, string> = {
  plain: "border-border bg-surface text-text hover:bg-hover",
  primary: "border-transparent bg-accent-solid text-on-accent hover:brightness-110",
  danger: "border-transparent bg-danger-solid text-on-accent hover:brightness-110",
  quiet: "border-transparent bg-transparent text-muted hover:bg-hover hover:text-text",
};

const SHARED =
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border text-[13px] font-medium whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-progress aria-disabled:opacity-55";

/** How a button looks: links that do something look the same. */
export function buttonClass(look: Look = "plain", className = ""): string {
  return `${SHARED} h-8 px-3 ${LOOKS[look]} ${className}`;
}

export type ButtonProps = ComponentProps<"button"> & {
  look?: Look;
  /** What it does is being done: it does nothing more, and keeps the focus. */
  busy?: boolean | undefined;
};

export function Button(props: ButtonProps) {
  const { look, className, type = "button", busy, onClick, ...rest } = props;
  return (
    <button
      type={type}
      className={buttonClass(look, className)}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    />
  );
}

/** A button that is an icon alone must be given a label. */
export type IconButtonProps = Omit<ButtonProps, "busy"> & { label: string };

export function IconButton({ label, look = "quiet", className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`${SHARED} size-8 ${LOOKS[look]} ${className}`}
      {...rest}
    />
  );
}
