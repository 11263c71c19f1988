// Keeps what is in the form under a name, to be launched again.
import { type JobRequest, unwrap } from "@paceline/react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { FormDialog } from "~/components/FormDialog";
import { FormError, TextField } from "~/components/fields";
import { elsewhere, fieldErrors, useChange } from "~/lib/useChange";

/** `job` is null while something in the form is wrong, which it has then been told. */
export function SaveTemplate({ job }: { job: () => JobRequest | null }) {
  const [kept, setKept] = useState<JobRequest | null>(null);
  const [name, setName] = useState("");
  const save = useChange({
    run: (api, body: { name: string; job: JobRequest }) =>
      unwrap(api.POST("/api/v1/templates", { body })),
    done: ({ name }) => `Template ${name} is saved`,
    onDone: () => setKept(null),
    quiet: true,
  });
  const errors = fieldErrors(save.error);
  return (
    <>
      <Button
        onClick={() => {
          save.reset();
          setKept(job());
        }}
      >
        Save as template
      </Button>
      <FormDialog
        open={kept !== null}
        onOpenChange={(open) => open || setKept(null)}
        title="Save as template"
        verb="Save"
        busy={save.isPending || name.trim() === ""}
        onSubmit={() => kept && save.mutate({ name: name.trim(), job: kept })}
      >
        <TextField label="Name" required value={name} onChange={setName} error={errors.name} />
        <FormError>{elsewhere(errors, ["name"])}</FormError>
      </FormDialog>
    </>
  );
}
