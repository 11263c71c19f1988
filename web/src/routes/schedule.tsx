// A schedule, to be made or changed.
import { unwrap } from "@paceline/react";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CalendarX } from "lucide-react";
import { type FormEvent, useState } from "react";
import { EmptyState } from "~/components/Blank";
import { Button } from "~/components/Button";
import { FormError } from "~/components/fields";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { blank, type Form, formOf, requestOf } from "~/features/schedules/form";
import { ScheduleForm } from "~/features/schedules/ScheduleForm";
import { useSchedules } from "~/lib/reads";
import type { Schedule, ScheduleRequest } from "~/lib/shapes";
import { elsewhere, type FieldErrors, fieldErrors, useChange } from "~/lib/useChange";

const route = getRouteApi("/schedules/$id");

export function SchedulePage() {
  const { id } = route.useParams();
  const query = useSchedules();
  const trail = (
    <Link to="/schedules" className="hover:underline">
      Schedules
    </Link>
  );
  if (id === "new") {
    return (
      <PageFrame title="New schedule" trail={trail}>
        <Editor />
      </PageFrame>
    );
  }
  const called = (schedule: Schedule) => schedule.id === id || schedule.name === id;
  return (
    <PageFrame title={query.data?.items.find(called)?.name ?? "Schedule"} trail={trail}>
      <Loaded query={query} what="the schedule">
        {({ items }) => {
          const schedule = items.find(called);
          if (schedule) return <Editor key={schedule.version} schedule={schedule} />;
          return <EmptyState icon={CalendarX} title="There is no such schedule" />;
        }}
      </Loaded>
    </PageFrame>
  );
}

const SHOWN = ["name", "cron", "every", "at", "timezone", "missed", "overlap"];

function Editor({ schedule }: { schedule?: Schedule }) {
  const navigate = useNavigate();
  const [form, setForm] = useState<Form>(() =>
    schedule ? formOf(schedule) : blank(Intl.DateTimeFormat().resolvedOptions().timeZone),
  );
  const [wrong, setWrong] = useState<FieldErrors>({});
  const save = useChange({
    run: (api, body: ScheduleRequest) =>
      schedule
        ? unwrap(api.PUT("/api/v1/schedules/{id}", { params: { path: { id: schedule.id } }, body }))
        : unwrap(api.POST("/api/v1/schedules", { body })),
    done: ({ name }) => `Schedule ${name} is saved`,
    onDone: () => void navigate({ to: "/schedules" }),
    quiet: true,
  });
  const change = (what: Partial<Form>) => {
    setWrong({});
    save.reset();
    setForm((form) => ({ ...form, ...what }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      save.mutate(requestOf(form, schedule?.version));
    } catch (fault) {
      setWrong({ template: (fault as Error).message });
    }
  };
  const errors = { ...fieldErrors(save.error), ...wrong };
  const shown = [...SHOWN, ...Object.keys(errors).filter((field) => field.startsWith("template"))];
  return (
    <form onSubmit={submit} noValidate className="flex max-w-3xl flex-col gap-4">
      <ScheduleForm form={form} errors={errors} onChange={change} />
      <FormError>{elsewhere(errors, shown)}</FormError>
      <div className="flex justify-end gap-2">
        <Button onClick={() => void navigate({ to: "/schedules" })}>Close</Button>
        <Button look="primary" type="submit" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
