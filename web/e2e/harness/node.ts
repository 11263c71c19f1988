// A node: the real binary with real workers, in a folder of its own, to be stopped and started again.
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "../../..");
const START_MS = 60_000;

export class Node {
  #process: ChildProcess | undefined;
  readonly folder: string;
  readonly url: string;
  readonly #store: string;
  readonly #bind: string;

  private constructor(folder: string, store: string | undefined, port: number) {
    this.folder = folder;
    this.#store = store ?? `sqlite:${join(folder, "paceline.db")}`;
    this.#bind = `127.0.0.1:${port}`;
    this.url = `http://${this.#bind}`;
  }

  /** On an SQLite file in its folder when no store is named; `more` is added to its settings. */
  static async start(store?: string, more = ""): Promise<Node> {
    const folder = mkdtempSync(join(tmpdir(), "pl-web-"));
    copyFileSync(join(ROOT, "web/e2e/fixtures/tasks.py"), join(folder, "dashboard_tasks.py"));
    writeFileSync(join(folder, "paceline.toml"), settings() + more);
    const node = new Node(folder, store, await freePort());
    await node.up();
    return node;
  }

  get runs(): boolean {
    return this.#process !== undefined;
  }

  async up(): Promise<void> {
    const args = ["up", "--json", "--bind", this.#bind, "--store", this.#store];
    const log = openSync(join(this.folder, "node.log"), "a");
    const child = spawn(binary(), [...args, "--config", join(this.folder, "paceline.toml")], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", log],
      env: { ...process.env, PACELINE_PYTHON: process.env.PACELINE_PYTHON ?? "python3" },
    });
    this.#process = child;
    const ready = new Promise<void>((resume) => {
      if (!child.stdout) return;
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.includes('"url"')) resume();
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, fail) => {
      child.once("error", (error) => fail(new Error(`no node: make build (${error.message})`)));
      child.once("exit", () => fail(new Error(`the node ended; its log:\n${this.log()}`)));
      const tooLate = () => fail(new Error(`the node is not ready; its log:\n${this.log()}`));
      timer = setTimeout(tooLate, START_MS);
    });
    late.catch(() => undefined);
    // The timer would look for the log of a node whose folder may be gone by then.
    await Promise.race([ready, late]).finally(() => clearTimeout(timer));
  }

  async down(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resume) => child.once("exit", resume));
    child.kill("SIGTERM");
    await ended;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) throw new Error("the node does not run");
    const ended = new Promise((resume) => child.once("exit", resume));
    child.kill("SIGKILL");
    await ended;
  }

  async end(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  log(): string {
    return readFileSync(join(this.folder, "node.log"), "utf8").slice(-4000);
  }

  async get<T>(path: string): Promise<T> {
    return this.#call<T>("GET", path);
  }

  async post<T>(path: string, body?: unknown): Promise<T> {
    return this.#call<T>("POST", path, body);
  }

  /** Asks again while workers are starting, as any client would. */
  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const until = Date.now() + STARTING_MS;
    for (;;) {
      const answer = await this.#ask(method, path, body);
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text) as T;
      if (!text.includes('"code":"starting"') || Date.now() > until)
        throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      await new Promise((resume) => setTimeout(resume, 100));
    }
  }

  #ask(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
  }
}

/** Longest that workers take until their tasks are known. */
const STARTING_MS = 30_000;

function settings(): string {
  const sdk = JSON.stringify(join(ROOT, "sdk/python/src"));
  return `[server]
grace = "2s"

[workers.predictions]
command = ["python", "-m", "paceline.worker", "dashboard_tasks"]
processes = 2
env = { PYTHONPATH = ${sdk} }
`;
}

function binary(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  return process.env.PACELINE_BIN ?? join(target, "debug/paceline");
}

function freePort(): Promise<number> {
  return new Promise((resume) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resume(port));
    });
  });
}
