/**
 * `npm run --silent sbom`: prints the bill of materials of what is shipped, CycloneDX 1.6 in JSON; `-- api` or
 * `-- worker` those of one app; `--no-optional` without the embedded Postgres. Production dependencies only, as they are
 * installed on this machine.
 */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { billOfMaterials } from "./pnpm.ts"

const apps = readdirSync(join(import.meta.dirname, "../../apps"))
const given = process.argv.slice(2)
const flags = given.filter((argument): argument is "--no-optional" => argument === "--no-optional")
const [app = "cli", ...more] = given.filter((argument) => argument !== "--no-optional")

if (more.length > 0 || !apps.includes(app)) {
  console.error(`name one of the apps: ${apps.join(", ")}`)
  process.exitCode = 1
} else {
  // A reader such as `head` may close the output.
  process.stdout.on("error", () => {})
  process.stdout.write(billOfMaterials(`@lead-gateway/${app}`, ...flags))
}
