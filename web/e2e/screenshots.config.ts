import { defineConfig } from "vitest/config";

// Pictures of all pages, to be looked at: `make screenshots`.
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/screenshots.ts", "e2e/forecasts.ts", "e2e/states.test.ts", "e2e/readme.ts"],
    env: { PACELINE_PICTURES: "1" },
    fileParallelism: false,
    hookTimeout: 90_000,
    testTimeout: 300_000,
  },
});
