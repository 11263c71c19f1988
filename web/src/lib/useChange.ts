// Changing something that is not a job: says when it is done or refused, and reads anew what shows it.
import { type Api, PacelineError, usePaceline } from "@paceline/react";
import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";

export type ChangeOptions<T, V> = {
  run: (api: Api, value: V) => Promise<T>;
  /** What is said when it is done. */
  done?: (answer: T, value: V) => string;
  onDone?: (answer: T, value: V) => void;
  /** The caller shows errors itself, beside the fields that they are about. */
  quiet?: boolean;
};

export function useChange<T, V = void>({ run, done, onDone, quiet }: ChangeOptions<T, V>) {
  const { api, queries } = usePaceline();
  return useMutation<T, Error, V>(
    {
      mutationFn: (value) => run(api, value),
      onSuccess: (answer, value) => {
        if (done) toast.success(done(answer, value));
        onDone?.(answer, value);
      },
      onError: (error) => {
        if (!quiet) toast.error(error.message);
      },
      onSettled: () => queries.invalidateQueries(),
    },
    queries,
  );
}

export type FieldErrors = Record<string, string>;

/** What the server said of each field; `""` is about all of it. */
export function fieldErrors(error: Error | null): FieldErrors {
  if (!error) return {};
  const fields = error instanceof PacelineError ? (error.problem?.errors ?? []) : [];
  if (fields.length === 0) return { "": error.message };
  return Object.fromEntries(fields.map(({ field, message }) => [field, message]));
}

/** The errors at none of the fields that are shown: they must not be lost. */
export function elsewhere(errors: FieldErrors, shown: readonly string[]): string {
  return Object.entries(errors)
    .filter(([field]) => !shown.includes(field))
    .map(([field, message]) => (field ? `${field}: ${message}` : message))
    .join("; ");
}
