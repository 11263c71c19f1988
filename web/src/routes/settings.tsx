// Who is told of what, and what this node is.
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/Button";
import { TextField } from "~/components/fields";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { PreferencesForm } from "~/features/settings/PreferencesForm";
import { apiUrl } from "~/lib/base";
import { usePreferences } from "~/lib/reads";

const route = getRouteApi("/settings");

export function Settings() {
  const { user = "" } = route.useSearch();
  const query = usePreferences(user);
  const link = "text-accent underline underline-offset-2";
  return (
    <PageFrame title="Settings">
      <div className="flex max-w-2xl flex-col gap-4">
        <p className="text-[13px] text-muted">
          Limits are on the page of{" "}
          <Link to="/queues" className={link}>
            queues and limits
          </Link>
          ; the API is described at{" "}
          <a href={apiUrl("/api/docs/")} className={link}>
            /api/docs
          </a>
          .
        </p>
        <h2 className="text-sm font-semibold">Notifications</h2>
        <UserForm key={user} user={user} />
        <Loaded query={query} what="the preferences">
          {(known) => <PreferencesForm key={JSON.stringify(known)} user={user} known={known} />}
        </Loaded>
      </div>
    </PageFrame>
  );
}

/** Whose preferences are shown. */
function UserForm({ user }: { user: string }) {
  const [name, setName] = useState(user);
  const navigate = useNavigate();
  const show = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ to: "/settings", search: name.trim() ? { user: name.trim() } : {} });
  };
  return (
    <form onSubmit={show} className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <TextField
          label="User"
          hint="Whose jobs these are about; left empty: those without a user"
          value={name}
          onChange={setName}
        />
      </div>
      <Button type="submit" className="mt-6 h-9">
        Show
      </Button>
    </form>
  );
}
