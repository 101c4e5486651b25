// Builds the page into the Python package: src/modiste/serve/static.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const NOT_SOURCES = new Set(["node_modules", "__pycache__", "README.md"]);

/** Every file that the build reads, in the order of their names as `/`-joined paths. */
function sources(folder = ""): string[] {
  return readdirSync(join(here, folder), { withFileTypes: true })
    .filter((entry) => !NOT_SOURCES.has(entry.name) && !entry.name.startsWith("."))
    .flatMap((entry) => {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      return entry.isDirectory() ? sources(path) : [path];
    })
    .sort();
}

/** One hash of all sources: a test compares it with the sources at hand. */
function sourcesHash(): string {
  const all = createHash("sha256");
  for (const path of sources()) {
    const one = createHash("sha256").update(readFileSync(join(here, path))).digest("hex");
    all.update(`${path} ${one}\n`);
  }
  return all.digest("hex");
}

/** Tells the service worker what the shell consists of, and writes the hash of the sources. */
function shell(): Plugin {
  return {
    name: "modiste-shell",
    generateBundle(_, bundle) {
      const worker = bundle["sw.js"];
      if (worker?.type !== "chunk") throw new Error("sw.js is missing from the build");
      // The lab is for whoever sits beside the server: it is not kept on a shopper's phone.
      const assets = Object.keys(bundle)
        .filter((name) => name.startsWith("assets/") && !name.startsWith("assets/lab-"))
        .sort();
      const files = ["/", ...assets.map((name) => `/${name}`), "/icons/icon.svg"];
      const version = sourcesHash();
      worker.code = worker.code
        .replace(/["'`]%SHELL%["'`]/, JSON.stringify(files))
        .replace("%VERSION%", version.slice(0, 12));
      if (worker.code.includes("%SHELL%")) throw new Error("sw.js has lost its list of files");
      this.emitFile({ type: "asset", fileName: "sources.sha256", source: `${version}\n` });
    },
  };
}

export default defineConfig({
  plugins: [shell()],
  build: {
    outDir: "../src/modiste/serve/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { page: join(here, "index.html"), sw: join(here, "src/sw.ts") },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
