// A proxy that puts a node below a path, as docs/guides/dashboard.md tells.
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export const PREFIX = "/tools/paceline";

export async function startProxy(target: string): Promise<{ url: string; stop: () => void }> {
  const { hostname, port, host } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    if (!path.startsWith(`${PREFIX}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const { origin: _, ...headers } = incoming.headers;
    const forwarded = request(
      {
        hostname,
        port,
        path: path.slice(PREFIX.length),
        method: incoming.method,
        headers: { ...headers, host },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume));
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}${PREFIX}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
