import { defineConfig } from "vitest/config";

// Pictures of all pages, to be looked at: `make screenshots`.
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/screenshots.ts"],
    testTimeout: 300_000,
  },
});
