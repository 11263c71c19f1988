// Fails when the first load of any page carries more script than it may: run by `npm run build`.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 200 * 1000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** A file and all that it imports statically. */
function firstLoad(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) firstLoad(next, seen);
  return seen;
}

const size = (key) => gzipSync(readFileSync(new URL(manifest[key].file, dist))).length;
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
// The entry imports its parts one after the other, for every page.
const parts = new Set();
for (const part of [entry, ...(manifest[entry].dynamicImports ?? [])]) firstLoad(part, parts);
const pages = Object.keys(manifest).filter((key) => key.startsWith("src/routes/"));
// A page loads one of its later parts by itself: its plots, or the tab that is asked for.
const totals = pages.flatMap((page) =>
  [undefined, ...(manifest[page].dynamicImports ?? [])].map((later) => {
    const files = firstLoad(page, new Set(parts));
    if (later) firstLoad(later, files);
    return [later ?? page, [...files].reduce((sum, key) => sum + size(key), 0)];
  }),
);
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
if (process.argv.includes("--all")) {
  for (const [page, bytes] of totals.sort((a, b) => b[1] - a[1])) console.log(kB(bytes), page);
}
const [page, most] = totals.reduce((a, b) => (a[1] > b[1] ? a : b));
console.log(`first load: at most ${kB(most)} of gzip script (${page}); allowed are ${kB(BUDGET)}`);
if (most > BUDGET) process.exit(1);
