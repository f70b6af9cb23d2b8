/** `npm run sizes`, or `npm run sizes -- lead-rules`: measures packages and writes the figures into their READMEs. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { importMs } from "./importing.ts"
import { withSizes } from "./readme.ts"
import { describeSizes, measure } from "./sizes.ts"
import { openWorkbench } from "./Workbench.ts"
import { published } from "./workspace.ts"

const wanted = process.argv.slice(2)
const packages = published.filter(
  ({ folder }) => wanted.length === 0 || wanted.some((name) => folder.endsWith(`/${name}`)),
)
const workbench = await openWorkbench()
try {
  for (const { name, folder } of packages) {
    const project = await workbench.project(name)
    const sizes = describeSizes(await measure(project))
    const path = join(folder, "README.md")
    writeFileSync(path, withSizes(readFileSync(path, "utf8"), sizes))
    const time = `Importing it takes ${Math.round(await importMs(project))} ms on this machine.`
    process.stdout.write(`${name}\n  ${sizes}\n  ${time}\n`)
  }
  if (packages.length === 0) throw new Error(`no published package is called ${wanted.join(" or ")}`)
} finally {
  workbench.close()
}
