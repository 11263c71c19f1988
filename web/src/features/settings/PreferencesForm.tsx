// What one user is told of, and where.
import { unwrap } from "@paceline/react";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/Button";
import { CheckField, FormError, Group, TextField } from "~/components/fields";
import type { Preferences, PreferencesRequest, Topic } from "~/lib/shapes";
import { elsewhere, fieldErrors, useChange } from "~/lib/useChange";

const TOPICS: { topic: Topic; label: string }[] = [
  { topic: "completed", label: "Jobs that completed" },
  { topic: "failed", label: "Jobs that failed" },
  { topic: "long_running", label: "Jobs that run for long" },
  { topic: "alert", label: "Alerts of the system" },
];

type Form = {
  inApp: readonly Topic[];
  email: string;
  emailTopics: readonly Topic[];
  url: string;
  secret: string;
  urlTopics: readonly Topic[];
  long: string;
};

function formOf({ in_app, email, webhook, long_running_after }: Preferences): Form {
  return {
    inApp: in_app,
    email: email?.address ?? "",
    emailTopics: email?.events ?? ["failed"],
    url: webhook?.url ?? "",
    secret: "",
    urlTopics: webhook?.events ?? ["failed"],
    long: long_running_after ?? "",
  };
}

function requestOf(form: Form): PreferencesRequest {
  const secret = form.secret.trim();
  return {
    in_app: [...form.inApp],
    email: form.email.trim() ? { address: form.email.trim(), events: [...form.emailTopics] } : null,
    webhook: form.url.trim()
      ? { url: form.url.trim(), events: [...form.urlTopics], ...(secret && { secret }) }
      : null,
    ...(form.long.trim() && { long_running_after: form.long.trim() }),
  };
}

const SHOWN = ["email.address", "webhook.url", "webhook.secret", "long_running_after"];

export function PreferencesForm({ user, known }: { user: string; known: Preferences }) {
  const [form, setForm] = useState(() => formOf(known));
  const save = useChange({
    run: (api, body: PreferencesRequest) =>
      unwrap(api.PUT("/api/v1/preferences", { params: { query: user ? { user } : {} }, body })),
    done: () => "The preferences are saved",
    quiet: true,
  });
  const errors = fieldErrors(save.error);
  const change = (what: Partial<Form>) => {
    save.reset();
    setForm((form) => ({ ...form, ...what }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(requestOf(form));
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Group title="In this dashboard">
        <Topics chosen={form.inApp} onChange={(inApp) => change({ inApp })} />
      </Group>
      <Group title="By e-mail">
        <div className="flex flex-col gap-3">
          <TextField
            label="Address"
            type="email"
            value={form.email}
            onChange={(email) => change({ email })}
            error={errors["email.address"] ?? errors.email}
            hint="Left empty: no e-mail"
          />
          {form.email && (
            <Topics chosen={form.emailTopics} onChange={(emailTopics) => change({ emailTopics })} />
          )}
        </div>
      </Group>
      <Group title="By webhook">
        <div className="flex flex-col gap-3">
          <TextField
            label="URL"
            type="url"
            value={form.url}
            onChange={(url) => change({ url })}
            error={errors["webhook.url"]}
            hint="Left empty: no webhook"
          />
          {form.url && (
            <>
              <TextField
                label="Secret"
                value={form.secret}
                onChange={(secret) => change({ secret })}
                error={errors["webhook.secret"]}
                hint="whsec_ and base64; left empty, the one that is known stays"
              />
              <Topics chosen={form.urlTopics} onChange={(urlTopics) => change({ urlTopics })} />
            </>
          )}
        </div>
      </Group>
      <Group title="What is long">
        <TextField
          label="A job runs for long after"
          value={form.long}
          onChange={(long) => change({ long })}
          error={errors.long_running_after}
          hint="Such as 30m; left empty: what is long for its task"
        />
      </Group>
      <FormError>{elsewhere(errors, [...SHOWN, "email"])}</FormError>
      <div className="flex justify-end">
        <Button look="primary" type="submit" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

type TopicsProps = { chosen: readonly Topic[]; onChange: (chosen: Topic[]) => void };

function Topics({ chosen, onChange }: TopicsProps) {
  return (
    <div className="flex flex-col gap-1.5">
      {TOPICS.map(({ topic, label }) => (
        <CheckField
          key={topic}
          label={label}
          checked={chosen.includes(topic)}
          onChange={(checked) =>
            onChange(checked ? [...chosen, topic] : chosen.filter((other) => other !== topic))
          }
        />
      ))}
    </div>
  );
}
