// Where the pages of a list begin, as far as they were seen: cursors lead forward only.

const seen = new Map<string, string>();

function name(list: unknown, page: number): string {
  return `${JSON.stringify(list)} ${page}`;
}

export function remember(list: unknown, page: number, cursor: string): void {
  seen.set(name(list, page), cursor);
}

/** `undefined`: page 1, or a page that was not seen. */
export function cursorOf(list: unknown, page: number): string | undefined {
  return page > 1 ? seen.get(name(list, page)) : undefined;
}
