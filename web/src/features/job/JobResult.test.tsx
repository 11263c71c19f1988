import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { aJob } from "../../../packages/react/src/test/factories";
import JobResult from "./JobResult";

it("shows what the one call returned", () => {
  const job = aJob({ kind: "unit", state: "completed", result: { races: 12 } });
  const { container } = render(<JobResult job={job} />);
  expect(container.textContent).toContain('"races": 12');
});

it("a job without items that has none says whether one may still come", () => {
  const { rerender } = render(<JobResult job={aJob({ kind: "unit" })} />);
  screen.getByText("The job has not ended yet");
  rerender(<JobResult job={aJob({ kind: "unit", state: "completed" })} />);
  screen.getByText("The job returned nothing");
});

it("results that are the items' are there to download", () => {
  const job = aJob();
  render(<JobResult job={job} />);
  screen.getByText(/350 of 1,000 items have ended/);
  const links = screen.getAllByRole("link").map((link) => link.getAttribute("href"));
  expect(links.map((href) => href?.replace(/^.*\/api/, ""))).toEqual(
    ["csv", "ndjson", "json"].map((format) => `/v1/jobs/${job.id}/results?format=${format}`),
  );
});

it("nothing is offered to download while no item has ended", () => {
  render(<JobResult job={aJob({ progress: { done: 0 } })} />);
  screen.getByText("No item has ended yet");
  expect(screen.queryAllByRole("link")).toEqual([]);
});
