// A PostgreSQL server that is thrown away: no network, no flushes.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Postgres = { url: string; stop: () => void };

export function startPostgres(): Postgres {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), "pl-pg-"));
  const user = unprivileged();
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.id, user.group);
  const run = (program: string, ...args: string[]) => {
    const command = [join(bin, program), ...args];
    const as = user
      ? ["setpriv", `--reuid=${user.id}`, `--regid=${user.group}`, "--clear-groups", ...command]
      : command;
    execFileSync(as[0] as string, as.slice(1), {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
  };
  const data = join(folder, "data");
  const settings = "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB";
  run("initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--locale=C", "--no-sync");
  run(
    ...(["pg_ctl", "--pgdata", data, "--log", join(folder, "log"), "--wait"] as const),
    ...(["--options", `${settings} -c listen_addresses= -k ${folder}`, "start"] as const),
  );
  return {
    url: `postgres://postgres@/postgres?host=${encodeURIComponent(folder)}`,
    stop: () => {
      run("pg_ctl", "--pgdata", data, "--mode=immediate", "--wait", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where the server's programs are: Debian keeps those of each version apart. */
function programs(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(":"),
  ];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (!found) throw new Error("there is no initdb: make postgres");
  return found;
}

/** PostgreSQL does not run as root. */
function unprivileged(): { id: number; group: number } | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , id, group] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (id && group) return { id: Number(id), group: Number(group) };
  }
  throw new Error("there is no user that a server could run as");
}
