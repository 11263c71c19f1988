import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import manifest from "./package.json" with { type: "json" };

const outside = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];

// The library: one module and one style sheet; what it depends on is left to the app's own build.
export default defineConfig({
  plugins: [react()],
  build: {
    lib: { entry: "src/index.ts", formats: ["es"], fileName: "index", cssFileName: "styles" },
    rollupOptions: {
      external: (id) => outside.some((name) => id === name || id.startsWith(`${name}/`)),
    },
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    sourcemap: true,
    minify: false,
  },
});
