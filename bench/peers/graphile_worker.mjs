// One worker process of graphile.mjs. Says "ready" to its parent once it runs.

import { run } from "graphile-worker";

const runner = await run({
  connectionString: process.env.DATABASE_URL,
  taskList: { noop: async () => {} },
  preset: {
    worker: {
      concurrentJobs: 24,
      maxPoolSize: 25,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
  noHandleSignals: true,
});
process.once("SIGTERM", () => runner.stop());
process.send("ready");
await runner.promise;
process.disconnect();
