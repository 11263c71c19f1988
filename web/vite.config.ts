import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The node that `npm run dev` shows. */
const server = process.env.PACELINE_SERVER ?? "http://127.0.0.1:7421";

export default defineConfig({
  // Addresses are relative to the page's <base>, so that the dashboard works below any path.
  base: "./",
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      "~": here("src"),
      // The app is made of the library's sources: an edit of either shows at once.
      "@paceline/react/styles.css": here("packages/react/src/styles.css"),
      "@paceline/react": here("packages/react/src/index.ts"),
    },
  },
  build: {
    target: ["chrome123", "firefox120", "safari17.5"],
    manifest: true,
  },
  server: {
    proxy: {
      "/api": {
        target: server,
        // The node takes changes from its own pages only, and this is one while developing.
        configure: (proxy) => proxy.on("proxyReq", (request) => request.removeHeader("origin")),
      },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "packages/react/src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
    // Starting a worker costs more than the tests: a few share one.
    pool: "threads",
    css: false,
  },
});
