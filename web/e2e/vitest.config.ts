import { defineConfig } from "vitest/config";

// With the real binary in a real browser: `make suite-dashboard`.
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // One node and one browser at a time.
    fileParallelism: false,
    sequence: { concurrent: false },
  },
});
