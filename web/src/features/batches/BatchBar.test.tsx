import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { BatchStates } from "./BatchBar";

it("states that some job is in, with merged ones marked", () => {
  const jobs = { running: 3, pending: 1200, failed: 0, merged: 2 };
  const { container } = render(<BatchStates jobs={jobs} />);
  expect(container.textContent).toBe("3 running, 1,200 pending, 2 merged");
  const merged = screen.getByTitle(/^Duplicates/);
  expect(merged.textContent).toBe("2 merged");
  expect(merged.querySelector("svg")).toBeTruthy();
});

it("a batch without merged jobs has no such mark", () => {
  const { container } = render(<BatchStates jobs={{ completed: 1, merged: 0 }} />);
  expect(container.textContent).toBe("1 completed");
  expect(container.querySelector("svg")).toBeNull();
});
