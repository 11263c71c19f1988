// Where the dashboard begins: the server, or a proxy before it, may have put it below a path.

/** Without a slash at the end: `https://host/paceline`. */
export const ROOT = new URL(".", document.baseURI).href.replace(/\/$/, "");

/** The path part of it, as the router wants it: `/paceline`, or `/`. */
export const BASE_PATH = new URL(".", document.baseURI).pathname.replace(/\/$/, "") || "/";

/** The address of something that the API serves, for links and downloads. */
export function apiUrl(path: string): string {
  return `${ROOT}${path}`;
}

/** The address of a job's page. */
export function jobHref(job: { id: string }): string {
  return `${ROOT}/jobs/${job.id}`;
}
