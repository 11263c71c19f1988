// Types of the API from its document: `npm run api` writes them, `npm run api:check` compares.
//
// The document is the server's own snapshot, which a test of the server keeps true. So a change
// of the API shows here without a server, and without a build of it.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const SNAPSHOT = new URL(
  "../../crates/paceline-server/tests/routes/snapshots/routes__openapi__openapi.snap",
  import.meta.url,
);
const TYPES = new URL("../packages/react/src/api/schema.ts", import.meta.url);
const HEAD = `// Generated from the API document by \`npm run api\`: not to be edited.\n\n`;

const [, , document] = readFileSync(SNAPSHOT, "utf8").split(/^---$/m);
const syntax = await openapiTS(JSON.parse(document), { emptyObjectsUnknown: true });
const text = HEAD + astToString(syntax);

if (process.argv.includes("--write")) {
  writeFileSync(TYPES, text);
} else if (readFileSync(TYPES, "utf8") !== text) {
  console.error("the API has changed: run `npm run api` in web/ and commit the types");
  process.exit(1);
}
