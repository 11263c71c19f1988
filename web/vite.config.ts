import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The node that `npm run dev` shows. */
const server = process.env.PACELINE_SERVER ?? "http://127.0.0.1:7421";

/**
 * The toasts come with a script that writes their style into the page, which its policy forbids:
 * `main.ts` takes the same style as a file. Fails when a newer version does it in another way.
 */
function toastsWithoutInlineStyle(): Plugin {
  return {
    name: "toasts-without-inline-style",
    apply: "build",
    transform(code, id) {
      if (!/\/node_modules\/sonner\/.*\.m?js$/.test(id)) return null;
      const kept = code.replace(/^__insertCSS\(".*"\);?$/m, "");
      if (kept === code) this.error("the toasts' inline style was not found");
      return { code: kept, map: null };
    },
  };
}

/** What no plot here uses of the library: named by the library itself, it would be kept for nothing. */
function plotsWithLinesOnly(): Plugin {
  const named = /^\t(?:\(paths\.(?:stepped|bars|spline) +=.*\)|uPlot\.join = join);$/gm;
  return {
    name: "plots-with-lines-only",
    apply: "build",
    transform(code, id) {
      if (!/\/node_modules\/uplot\/.*\.js$/.test(id)) return null;
      const kept = code.replace(named, "");
      if (kept === code) this.error("what plots do not use was not found");
      return { code: kept, map: null };
    },
  };
}

/** Names in the page's head what the entry imports as it goes on, so that it is fetched at once. */
function partsAhead(): Plugin {
  return {
    name: "parts-ahead",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle = {} }) {
        const chunks = Object.values(bundle).flatMap((it) => (it.type === "chunk" ? [it] : []));
        const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
        const parts = new Set<string>();
        const add = (file: string) => {
          if (parts.has(file)) return;
          parts.add(file);
          for (const next of byFile.get(file)?.imports ?? []) add(next);
        };
        const entry = chunks.find((chunk) => chunk.isEntry);
        for (const file of entry?.dynamicImports ?? []) add(file);
        return [...parts]
          .filter((file) => !html.includes(file))
          .map((file) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `./${file}` },
            injectTo: "head",
          }));
      },
    },
  };
}

const scriptsOf = (names: string) => new RegExp(`[\\\\/]node_modules[\\\\/](${names})[\\\\/].*js$`);

/** Code that is fetched and run together: a page is made of a few files, none of them large. */
const GROUPS = [
  { name: "react", test: scriptsOf("react|react-dom|scheduler"), priority: 3 },
  {
    name: "data",
    test: scriptsOf("@tanstack(?!.*virtual)|openapi-fetch|eventsource-parser"),
    priority: 2,
  },
  {
    name: "widgets",
    test: scriptsOf("@radix-ui|@floating-ui|sonner|react-remove-.*"),
    priority: 2,
  },
  // What more than three pages use; tables are too large for those that have none.
  {
    name: "parts",
    test: /lucide-react|[\\/]src[\\/](?!.*(?:Plot|Table\.tsx|ChosenRows))/,
    minShareCount: 4,
    priority: 1,
  },
];

export default defineConfig({
  // Addresses are relative to the page's <base>, so that the dashboard works below any path.
  base: "./",
  plugins: [react(), tailwindcss(), toastsWithoutInlineStyle(), plotsWithLinesOnly(), partsAhead()],
  resolve: {
    alias: {
      "~": here("src"),
      // The app is made of the library's sources: an edit of either shows at once.
      "@paceline/react/styles.css": here("packages/react/src/styles.css"),
      "@paceline/react": here("packages/react/src/index.ts"),
      "react-style-singleton": here("src/lib/styleSheets.ts"),
    },
  },
  build: {
    target: ["chrome123", "firefox120", "safari17.5"],
    manifest: true,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
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
