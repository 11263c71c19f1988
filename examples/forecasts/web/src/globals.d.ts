/** Ids and descriptions of all series; vite.config.ts reads them from the example's data. */
declare const __SERIES__: [string, string][];
