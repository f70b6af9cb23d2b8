/** Builds the console's files: one HTML page, a program in parts, styles, an icon. */
import { build } from "esbuild"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { basename, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type ConsoleFile, fileOf } from "./files.ts"

const web = join(import.meta.dirname, "../web")

/** Builds all files from the sources, in some 200 ms. Rejects if these have a mistake. */
export const buildConsole = async (): Promise<ReadonlyArray<ConsoleFile>> => {
  const { metafile, outputFiles } = await build({
    entryPoints: { console: join(web, "main.tsx") },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: ["chrome114", "firefox135", "safari18.4"],
    conditions: ["@lead-gateway/source"],
    jsx: "automatic",
    jsxImportSource: "preact",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    outdir: "/console",
    legalComments: "none",
    metafile: true,
    write: false,
  })
  watch(Object.keys(metafile.inputs))
  // Parts that are loaded when they are needed are entry points, too.
  const program = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith("/main.tsx"),
  )
  const icon = await readFile(join(web, "icon.svg"))
  const names = {
    program: basename(program?.[0] ?? ""),
    style: basename(program?.[1].cssBundle ?? ""),
    icon: `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`,
  }
  const html = (await readFile(join(web, "index.html"), "utf8")).replaceAll(
    /\{(program|style|icon)\}/g,
    (_, name: keyof typeof names) => names[name],
  )
  return [
    fileOf("index.html", Buffer.from(html)),
    fileOf(names.icon, icon),
    ...outputFiles.map(({ contents, path }) => fileOf(basename(path), contents)),
  ]
}

/** Lets `node --watch` restart when one of these files changes: by itself it sees the modules that Node has loaded. */
const watch = (paths: ReadonlyArray<string>): void => {
  if (process.env["WATCH_REPORT_DEPENDENCIES"] === undefined) return
  process.send?.({ "watch:import": paths.map((path) => pathToFileURL(resolve(path)).href) })
}
