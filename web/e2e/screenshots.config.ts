import { defineConfig, mergeConfig } from "vitest/config";
import config from "./vitest.config.ts";

// Pictures of all pages, to be looked at: `make screenshots`.
export default mergeConfig(
  { ...config, test: { ...config.test, include: [] } },
  defineConfig({ test: { include: ["e2e/screenshots.ts"], testTimeout: 300_000 } }),
);
