import { renderHook, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { nextPiece, useInPieces } from "./useInPieces";

const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const ids = (of: readonly { id: string }[]) => of.map(({ id }) => id).join("");

it("takes new rows a few at a time and leaves those below them where they are", () => {
  const wanted = rows("e", "d", "c", "b", "a");
  const first = nextPiece([], wanted, 2);
  expect(ids(first)).toBe("ed");
  expect(ids(nextPiece(first, wanted, 2))).toBe("edcb");
  const other = nextPiece(wanted, rows("h", "g", "f", "e", "d"), 2);
  expect(ids(other)).toBe("hgcba");
  const next = nextPiece(other, rows("h", "g", "f", "e", "d"), 2);
  expect(ids(next)).toBe("hgfea");
  expect(ids(nextPiece(next, rows("h", "g", "f", "e", "d"), 2))).toBe("hgfed");
});

it("shows changes of rows that are there at once, as the very list that was asked for", () => {
  const wanted = rows("c", "b", "a");
  expect(nextPiece(rows("b", "a"), wanted, 2)).toBe(wanted);
  expect(ids(nextPiece(rows("c", "b", "a"), rows("b"), 2))).toBe("b");
});

it("comes to all rows", async () => {
  const wanted = rows(..."abcdefgh");
  const { result } = renderHook(() => useInPieces(wanted, 3));
  expect(ids(result.current)).toBe("abc");
  await waitFor(() => expect(result.current).toBe(wanted));
});
