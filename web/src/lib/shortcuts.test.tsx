import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { useShortcut, useShortcuts } from "./shortcuts";

const run = vi.fn();

function Page() {
  useShortcut("j", "Next", () => run("j"));
  useShortcut("g j", "Go to jobs", () => run("g j"));
  useShortcut("Enter", "Open", () => run("Enter"));
  const labels = useShortcuts().map((shortcut) => shortcut.label);
  return (
    <>
      <p>{labels.join(", ")}</p>
      <input aria-label="field" />
      <button type="button">Pause</button>
    </>
  );
}

const press = (key: string, target: Element = document.body) => fireEvent.keyDown(target, { key });

it("keys, sequences, and none of them while typing", () => {
  run.mockClear();
  const { unmount } = render(<Page />);
  expect(screen.getByText("Next, Go to jobs, Open")).toBeTruthy();
  press("j");
  press("g");
  press("j");
  press("j", screen.getByLabelText("field"));
  expect(run.mock.calls.flat()).toEqual(["j", "g j"]);
  unmount();
  press("j");
  expect(run).toHaveBeenCalledTimes(2);
});

it("leaves Enter to the button that has the focus", () => {
  run.mockClear();
  render(<Page />);
  const allowed = press("Enter", screen.getByRole("button"));
  expect(allowed, "the browser presses the button").toBe(true);
  expect(run).not.toHaveBeenCalled();
  expect(press("Enter")).toBe(false);
  press("j", screen.getByRole("button"));
  expect(run.mock.calls.flat()).toEqual(["Enter", "j"]);
});
