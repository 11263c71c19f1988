// T12: how long the dashboard keeps the browser's main thread busy, with very many jobs in the store
// and changes all the time. `make bench-dashboard`; docs/performance.md quotes it.
//
// Everything is real: a node of the release binary on a temporary store that is filled over HTTP,
// its workers, and Chromium, which says itself which tasks took longer than 50 ms.
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: given } = parseArgs({
  options: {
    jobs: { type: "string", default: "1000000" },
    changes: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    items: { type: "string", default: "100000" },
    lines: { type: "string", default: "1000000" },
    pages: { type: "string", default: "" },
    json: { type: "boolean", default: false },
    // The pages of web/dist instead of those that are in the binary.
    dist: { type: "boolean", default: false },
    // Prints the long frames, and the scripts that made them long.
    why: { type: "boolean", default: false },
  },
});
const JOBS = Number(given.jobs);
const CHANGES = Number(given.changes);
const SECONDS = Number(given.seconds);
const ITEMS = Number(given.items);
/** Of a hundred bytes each. */
const LINES = Number(given.lines);

const ROOT = resolve(import.meta.dirname, "../..");
const BINARY = process.env.PACELINE_BIN ?? join(ROOT, "target/release/paceline");
/** A no-op job tells of its submission, its start and its end. */
const EVENTS_OF_A_JOB = 3;
const BULK = 1000;
const LONG_MS = 50;

const say = (text) => process.stderr.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), "pl-bench-"));
const running = [];

async function measure() {
  const node = await start();
  say(`filling a store with ${JOBS} jobs …`);
  await fill(node);
  say(`a log of ${LINES} lines …`);
  const talker = await talk(node);
  const load = new Load(node);
  const watched = await load.start();
  const browser = await chromium.launch({
    executablePath: process.env.PACELINE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const rows = [];
  try {
    for (const [name, path] of pagesOf(watched, talker)) {
      say(`${name}: ${SECONDS} s`);
      const before = load.seen;
      const began = Date.now();
      const row = await look(browser, `${node}${path}`, name === WHOLE_LOG);
      const changes = Math.round(((load.seen - before) / (Date.now() - began)) * 1000);
      rows.push({ page: name, ...row, changes });
    }
  } finally {
    await browser.close();
    load.stop();
  }
  report(rows);
}

/** Starts a node with the no-op inside it and two Python workers. */
async function start() {
  const sdk = JSON.stringify(join(ROOT, "sdk/python/src"));
  copyFileSync(join(ROOT, "web/e2e/fixtures/tasks.py"), join(folder, "dashboard_tasks.py"));
  writeFileSync(
    join(folder, "paceline.toml"),
    `[limits]\njobs = 0\njobs_per_user = 0\n[workers.predictions]\n` +
      `command = ["python", "-m", "paceline.worker", "dashboard_tasks"]\nprocesses = 2\n` +
      `env = { PYTHONPATH = ${sdk} }\n`,
  );
  const args = ["up", "--json", "--port", "0", "--store", `sqlite:${join(folder, "paceline.db")}`];
  const log = openSync(join(folder, "node.log"), "a");
  const child = spawn(BINARY, [...args, "--bench-handlers"], {
    cwd: folder,
    stdio: ["ignore", "pipe", log],
    env: { ...process.env, PACELINE_PYTHON: process.env.PACELINE_PYTHON ?? "python3" },
  });
  running.push(child);
  const url = await new Promise((found, fail) => {
    child.once("error", fail);
    child.once("exit", () => fail(new Error("the node ended")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes('"url"')) found(JSON.parse(line).url.replace(/\/$/, ""));
    });
  });
  for (;;) {
    const { items } = await call(url, "GET", "/tasks");
    const names = items.map((task) => task.name);
    if (names.includes("predict") && names.includes("bench_noop")) return url;
    await sleep(100);
  }
}

async function call(url, method, path, body) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    ...(body && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** Jobs of every kind of user, batch and label; a few wait for a time that does not come. */
function job(number) {
  return {
    task: "bench_noop",
    params: { n: number, model: `m${number % 7}` },
    user: `u${number % 200}`,
    key: `k${number % 5000}`,
    batch: `b${number % 50}`,
    labels: { team: `t${number % 20}` },
    ...(number % 50 === 3 && { run_at: "2099-01-01T00:00:00Z" }),
  };
}

function jobs(first, count) {
  return { jobs: Array.from({ length: count }, (_, place) => job(first + place)) };
}

async function fill(url) {
  let next = 0;
  const connection = async () => {
    while (next < JOBS) {
      const first = next;
      next += BULK;
      await call(url, "POST", "/jobs/bulk", jobs(first, Math.min(BULK, JOBS - first)));
    }
  };
  await Promise.all([connection(), connection(), connection(), connection()]);
  for (;;) {
    const { jobs } = await call(url, "GET", "/status");
    if ((jobs.pending ?? 0) + (jobs.running ?? 0) === 0) return;
    await sleep(500);
  }
}

/** A job whose log is long. */
async function talk(url) {
  const { id } = await call(url, "POST", "/jobs", { task: "chatter", params: { lines: LINES } });
  for (;;) {
    const job = await call(url, "GET", `/jobs/${id}`);
    if (job.state === "completed") return job;
    if (job.state === "failed") throw new Error(JSON.stringify(job.error));
    await sleep(500);
  }
}

/** What goes on meanwhile: no-op jobs at an even pace, and one with very many items. */
class Load {
  seen = 0;
  #url;
  #abort = new AbortController();
  #timer;

  constructor(url) {
    this.#url = url;
  }

  async start() {
    const items = Array.from({ length: ITEMS }, (_, place) => ({ key: `r${place + 1}` }));
    const watched = await call(this.#url, "POST", "/jobs", {
      task: "predict",
      params: { model: "m", pace_ms: 1 },
      chunk_size: 50,
      items,
    });
    const each = Math.round(CHANGES / EVENTS_OF_A_JOB / 10);
    let number = JOBS;
    this.#timer = setInterval(() => {
      const body = jobs(number, each);
      number += each;
      call(this.#url, "POST", "/jobs/bulk", body).catch((error) => say(String(error)));
    }, 100);
    void this.#count();
    return watched;
  }

  async #count() {
    const answer = await fetch(`${this.#url}/api/v1/events`, { signal: this.#abort.signal });
    const text = new TextDecoder();
    try {
      for await (const piece of answer.body) {
        this.seen += text.decode(piece).match(/^event:/gm)?.length ?? 0;
      }
    } catch {
      // Stopped.
    }
  }

  stop() {
    clearInterval(this.#timer);
    this.#abort.abort();
  }
}

const WHOLE_LOG = "the whole log";

function pagesOf(watched, talker) {
  const all = [
    ["overview", "/"],
    ["jobs", "/jobs"],
    ["all jobs", "/jobs?tab=all"],
    ["filtered jobs", "/jobs?tab=all&user=u7"],
    ["items", `/jobs/${watched.id}`],
    ["log", `/jobs/${watched.id}?tab=log`],
    [WHOLE_LOG, `/jobs/${talker.id}?tab=log`],
    ["timeline", `/jobs/${watched.id}?tab=timeline`],
    ["plots", `/jobs/${watched.id}?tab=plots`],
    ["launch", "/launch?task=predict"],
    ["batches", "/batches"],
    ["schedules", "/schedules"],
    ["tasks", "/tasks"],
    ["workers", "/workers"],
    ["queues", "/queues"],
    ["settings", "/settings"],
  ];
  const wanted = given.pages.split(",").filter(Boolean);
  return wanted.length > 0 ? all.filter(([name]) => wanted.includes(name)) : all;
}

/** Opens the page in a browser that has never seen it, and leaves it alone for a while. */
async function look(browser, address, wholeLog) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(watchTasks);
  if (given.dist) await page.route((url) => !url.pathname.startsWith("/api/"), fromDist);
  await page.goto(address, { waitUntil: "commit" });
  await page.getByRole("main").locator("h1").first().waitFor();
  await page.waitForFunction(
    () => document.querySelectorAll("#main .pl-waiting").length === 0,
    undefined,
    { polling: "raf" },
  );
  const shown = await page.evaluate(() => performance.now());
  const bytes = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.endsWith(".js"))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  );
  if (wholeLog) {
    await page.getByRole("button", { name: "Load all" }).click();
    await page.getByText(/older ones/).waitFor({ timeout: 60_000 });
  }
  await sleep(SECONDS * 1000);
  const { tasks, frames, painted } = await page.evaluate(() => window.watched);
  await context.close();
  const before = tasks.filter(({ start }) => start < shown);
  const interactive = Math.max(shown, ...before.map(({ start, ms }) => start + ms));
  const later = tasks.filter(({ start }) => start >= shown);
  const longest = (of) => Math.max(0, ...of.map(({ ms }) => ms));
  if (given.why) for (const frame of frames) say(`  ${JSON.stringify(frame)}`);
  return {
    painted: Math.round(painted),
    interactive: Math.round(interactive),
    script: bytes,
    opening: before.length,
    opening_longest: Math.round(longest(before)),
    later: later.length,
    later_longest: Math.round(longest(later)),
  };
}

const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

function fromDist(route) {
  const { pathname } = new URL(route.request().url());
  const type = TYPES[extname(pathname)];
  const file = join(ROOT, "web/dist", type ? pathname : "index.html");
  return route.fulfill({ body: readFileSync(file), contentType: type ?? "text/html" });
}

/** In the page: notes the tasks of the main thread that took long, and what was to blame. */
function watchTasks() {
  const watched = { tasks: [], frames: [], painted: 0 };
  window.watched = watched;
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      type,
      buffered: true,
    });
  watch("longtask", ({ startTime, duration }) => {
    watched.tasks.push({ start: startTime, ms: duration });
  });
  watch("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") watched.painted = startTime;
  });
  watch("long-animation-frame", ({ startTime, duration, blockingDuration, scripts }) => {
    if (blockingDuration === 0) return;
    watched.frames.push({
      at: Math.round(startTime),
      ms: Math.round(duration),
      blocking: Math.round(blockingDuration),
      scripts: scripts.map((it) =>
        [it.invoker, it.sourceFunctionName, Math.round(it.duration)].join(" "),
      ),
    });
  });
}

function report(rows) {
  if (given.json) {
    process.stdout.write(`${JSON.stringify({ jobs: JOBS, seconds: SECONDS, rows }, null, 2)}\n`);
    return;
  }
  const [cpu] = cpus();
  const head = `${JOBS} jobs, ${cpus().length} × ${cpu?.model}, load ${loadavg()[0].toFixed(1)}`;
  const lines = rows.map((row) =>
    [
      row.page.padEnd(16),
      `${row.changes}/s`.padStart(8),
      `${(row.script / 1000).toFixed(0)} kB`.padStart(8),
      `${row.painted} ms`.padStart(9),
      `${row.interactive} ms`.padStart(12),
      `${row.opening} (${row.opening_longest} ms)`.padStart(14),
      `${row.later} (${row.later_longest} ms)`.padStart(14),
    ].join(""),
  );
  const title = `page              changes  script  painted interactive  long: opening  then ${SECONDS} s`;
  process.stdout.write(`${head}; long is over ${LONG_MS} ms\n${title}\n${lines.join("\n")}\n`);
}

try {
  await measure();
} finally {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
