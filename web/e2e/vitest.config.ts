import { defineConfig } from "vitest/config";

// With the real binary in a real browser: `make suite-dashboard`.
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Each file has nodes and a browser of its own, which wait more than they compute.
    maxWorkers: 2,
    sequence: { concurrent: false },
  },
});
