import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The node that the app talks to. */
const server = process.env.PACELINE_SERVER ?? "http://127.0.0.1:7421";

/** `/api` of the app's own address is the node's: to the browser both are one origin. */
const proxy = {
  "/api": {
    target: server,
    // The node takes changes from its own pages only; that this is one of them is decided here.
    configure: (proxy: { on: (event: "proxyReq", hear: (request: Request) => void) => void }) =>
      proxy.on("proxyReq", (request) => request.removeHeader("origin")),
  },
};
type Request = { removeHeader: (name: string) => void };

/** Rows of one of the example's data files, which have no quotes in what is read here. */
function rows(name: string): string[][] {
  const file = fileURLToPath(new URL(`../data/${name}.csv.gz`, import.meta.url));
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n").slice(1);
  return lines.map((line) => line.split(","));
}

/** What can be searched: `[id, description]`. */
function series(): [string, string][] {
  const skus = rows("retail_skus").map(([sku = "", ...words]): [string, string] => [
    sku,
    words.join(",").replaceAll('"', ""),
  ]);
  const monthly = new Set(rows("m3_monthly_micro").map(([id = ""]) => id));
  return [...skus, ...[...monthly].map((id): [string, string] => [id, "monthly shipments"])];
}

export default defineConfig({
  plugins: [react()],
  define: { __SERIES__: JSON.stringify(series()) },
  server: { proxy },
  preview: { proxy },
});
