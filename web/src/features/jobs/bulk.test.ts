import { expect, it } from "vitest";
import { titleOf } from "./BulkDialog";
import { toRequest } from "./selection";

it("ticked jobs are named, all that match are left to the server", () => {
  const some = { kind: "some", ids: new Set(["a", "b"]) } as const;
  expect(toRequest(some, { verb: "cancel" })).toEqual({ action: "cancel", ids: ["a", "b"] });
  const all = { kind: "all", filter: { user: "ana" } } as const;
  expect(toRequest(all, { verb: "change", priority: "high" })).toEqual({
    action: "change",
    change: { priority: "high" },
    filter: { user: "ana" },
  });
});

it("the question names what is done to how many", () => {
  expect(titleOf({ verb: "cancel" }, 12)).toBe("Cancel 12 jobs?");
  expect(titleOf({ verb: "pause" }, 0)).toBe("None of them: nothing to pause");
  expect(titleOf({ verb: "delete" }, 1)).toBe("Delete 1 job?");
  expect(titleOf({ verb: "change", priority: "low" }, 3)).toBe("Give 3 jobs low priority?");
});
