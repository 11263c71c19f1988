// Waiting for something to be so: asks again until it is, and fails after a long time.

const LONG_MS = 20_000;

export async function until<T>(what: string, ask: () => Promise<T | undefined | false | null>) {
  const deadline = Date.now() + LONG_MS;
  let fault: unknown;
  for (;;) {
    try {
      const found = await ask();
      if (found) return found;
    } catch (error) {
      fault = error;
    }
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`, { cause: fault });
    await new Promise((resume) => setTimeout(resume, 40));
  }
}
