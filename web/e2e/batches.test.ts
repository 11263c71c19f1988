// What can be done with all jobs of a batch: its page shows it, and the node has done it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ended, type Job, NEVER, predict, races, reaches, read, submit } from "./harness/jobs";
import { button, confirm, main, node, question, stage, to } from "./harness/stage";
import { until } from "./harness/wait";

stage();

/** Asks for it, reads what it is for, and does it. */
const act = async (label: string, title: string, about = "") => {
  await button(label).click();
  await question().getByRole("heading", { name: title, exact: true }).waitFor();
  expect(await question().textContent()).toContain(about);
  await confirm(label);
  await question().waitFor({ state: "detached" });
};
/** The line that counts the jobs by state. */
const counted = (words: string) => main().getByText(`Jobs: ${words}`).waitFor();

it("pauses, resumes and cancels what has not ended, and nothing beside it", async () => {
  await node.post("/batches", { name: "night" });
  const job = await predict(races(2000), 50, { batch: "night" });
  const later = await submit({ task: "report", batch: "night", run_at: NEVER });
  const other = await predict(races(2000), 50);
  await reaches(job, "running");
  await to("/batches/night");
  await counted("1 scheduled, 1 running");
  await act("Pause", "Pause 2 jobs of night?", "No new chunk of them starts");
  await counted("2 paused");
  for (const its of [job, later]) await reaches(its, "paused");
  await act("Resume", "Resume 2 jobs of night?");
  await counted("1 scheduled, 1 running");
  await reaches(job, "running");
  await reaches(later, "scheduled");
  await button("Cancel").click();
  await question().getByRole("button", { name: "Keep as it is" }).click();
  await act("Cancel", "Cancel 2 jobs of night?", "1 of them running");
  await counted("2 cancelled");
  for (const its of [job, later]) await reaches(its, "cancelled");
  expect((await read(other)).state).toBe("running");
  await node.post(`/jobs/${other.id}/cancel`, {});
});

it("retries what failed of it, and restarts all", async () => {
  await node.post("/batches", { name: "mended" });
  const fail_until = join(node.folder, "mended");
  const params = { model: "m", pace_ms: 1, fail_until };
  const one = (keys: string[]) =>
    submit({ task: "predict", batch: "mended", params, items: keys.map((key) => ({ key })) });
  const [some, none] = [await one(["r1", "bad1"]), await one(["r2"])];
  await Promise.all([some, none].map(ended));
  const attempt = async ({ id }: Job) =>
    (await node.get<Job & { attempt: number }>(`/jobs/${id}`)).attempt;
  await to("/batches/mended");
  await main().getByText("3 of 3 · 1 failed").waitFor();
  writeFileSync(fail_until, "");
  await act("Retry failed", "Retry what failed in mended?", "1 items failed");
  await main().getByText("3 of 3", { exact: false }).waitFor();
  await until("it is mended", async () => (await read(some)).progress.succeeded === 2);
  await button("Retry failed").waitFor({ state: "detached" });
  expect([await attempt(some), await attempt(none)]).toEqual([2, 1]);
  await act("Restart", "Restart 2 jobs of mended?", "results so far are dropped");
  await until("both have run again", async () => {
    const now = await Promise.all([some, none].map(read));
    return now.every(({ state }) => state === "completed") && (await attempt(none)) === 2;
  });
  await counted("2 completed");
  expect(await attempt(some)).toBe(3);
});
