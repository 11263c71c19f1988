// Many new rows take longer to draw than a frame lasts: they come a few each frame, so that the page
// does other things in between.
import { startTransition, useEffect, useMemo, useState } from "react";

type Row = { id: string };

/**
 * The rows to draw next: those wanted, in their order, as long as no more than `most` of them are
 * new; below them what is there stays where it is meanwhile, so that nothing jumps.
 */
export function nextPiece<T extends Row>(drawn: readonly T[], wanted: T[], most: number): T[] {
  const there = new Set(drawn.map((row) => row.id));
  let fresh = 0;
  const end = wanted.findIndex((row) => {
    if (!there.has(row.id)) fresh += 1;
    return fresh > most;
  });
  if (end === -1) return wanted;
  const piece = wanted.slice(0, end);
  const taken = new Set(piece.map((row) => row.id));
  const rest = drawn.slice(end, wanted.length).filter((row) => !taken.has(row.id));
  return [...piece, ...rest];
}

/** The rows, at most `most` new ones a frame. What changes in rows that are there shows at once. */
export function useInPieces<T extends Row>(wanted: T[], most: number): T[] {
  const [drawn, setDrawn] = useState<readonly T[]>([]);
  const rows = useMemo(() => nextPiece(drawn, wanted, most), [drawn, wanted, most]);
  useEffect(() => {
    if (rows === drawn) return;
    const frame = requestAnimationFrame(() => startTransition(() => setDrawn(rows)));
    return () => cancelAnimationFrame(frame);
  }, [rows, drawn]);
  return rows;
}
