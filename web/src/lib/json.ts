/** What a text says, or why it says nothing. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (fault) {
    throw new Error(`is not JSON: ${(fault as Error).message}`);
  }
}
