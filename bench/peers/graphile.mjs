// graphile-worker with its local queue, on the PostgreSQL of DATABASE_URL: one measurement.
//
//     node graphile.mjs JOBS [PROCESSES]
//
// Prints one JSON line: jobs per second end to end (submitted while two worker processes drain),
// of submitting alone and of draining alone (the start of the processes included, about 0.3 s), and
// the CPU microseconds of a job end to end: of these processes and of PostgreSQL, whose postmaster
// is POSTGRES_PID. Jobs do nothing. The settings are those with which the project measures itself:
// a local queue of 500, completions in batches.

import { fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeWorkerUtils } from "graphile-worker";
import pg from "pg";

const [jobs, processes] = [Number(process.argv[2]), Number(process.argv[3] ?? 2)];
const BATCH = 1000;
const CONNECTIONS = 4;

const connectionString = process.env.DATABASE_URL;
const pool = new pg.Pool({ connectionString, max: CONNECTIONS + 1 });
// The library insists on handlers; a lost connection shows in the next query anyway.
pool.on("error", () => {});
pool.on("connect", (client) => client.on("error", () => {}));
const utils = await makeWorkerUtils({ pgPool: pool });
await utils.migrate();

/** Bulk submission as the library offers it, batches by four at once. */
async function submit() {
  let next = 0;
  const connection = async () => {
    while (next < jobs) {
      const first = next;
      next = Math.min(next + BATCH, jobs);
      const specs = [];
      for (let n = first; n < next; n++) specs.push({ identifier: "noop", payload: { n } });
      await utils.addJobs(specs);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

/** Starts the worker processes and waits until all of them listen. */
async function startWorkers() {
  const file = fileURLToPath(new URL("graphile_worker.mjs", import.meta.url));
  const workers = Array.from({ length: processes }, () => fork(file));
  await Promise.all(workers.map((worker) => new Promise((ready) => worker.once("message", ready))));
  return workers;
}

async function stopWorkers(workers) {
  const ended = workers.map((worker) => new Promise((done) => worker.once("exit", done)));
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(ended);
}

/** Until the table is empty: a job that has ended is deleted. */
async function untilEmpty() {
  for (;;) {
    const { rows } = await pool.query("select 1 from graphile_worker._private_jobs limit 1");
    if (rows.length === 0) return;
    await new Promise((later) => setTimeout(later, 5));
  }
}

/** CPU seconds of this process, of PostgreSQL, and of all that they started. */
function cpuSeconds() {
  const processes = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      processes.set(Number(pid), stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number));
    } catch {
      // It has ended meanwhile.
    }
  }
  const roots = [process.pid, Number(process.env.POSTGRES_PID)];
  const ours = (pid) => roots.includes(pid) || (processes.has(pid) && ours(processes.get(pid)[1]));
  let ticks = 0;
  for (const [pid, [, , , , , , , , , , , user, system, childUser, childSystem]] of processes) {
    if (ours(pid)) ticks += user + system + childUser + childSystem;
  }
  return ticks / 100;
}

async function seconds(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

let workers = await startWorkers();
const before = cpuSeconds();
const whole = await seconds(async () => {
  await submit();
  await untilEmpty();
});
const cpu = cpuSeconds() - before;
await stopWorkers(workers);

const submitting = await seconds(submit);
workers = startWorkers();
const draining = await seconds(untilEmpty);
await stopWorkers(await workers);

console.log(
  JSON.stringify({
    peer: "graphile-worker, local queue",
    jobs,
    processes,
    end_to_end: jobs / whole,
    submitting: jobs / submitting,
    draining: jobs / draining,
    cpu_micros: (cpu * 1e6) / jobs,
  }),
);
await utils.release();
await pool.end();
