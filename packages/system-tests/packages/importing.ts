/** What it costs to import a package with Node as it is: the modules that are loaded, and the time. */
import { statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { EmptyProject } from "./EmptyProject.ts"
import { run } from "./run.ts"

const runModule = ({ folder }: EmptyProject, code: string): Promise<string> =>
  run(folder, process.execPath, "--input-type=module", "--eval", code)

/** The paths of the modules that Node loads to import the package, those of others among them. */
export const modulesOf = async (project: EmptyProject): Promise<ReadonlyArray<string>> => {
  const printed = await runModule(
    project,
    `import { registerHooks } from "node:module"
    const urls = []
    registerHooks({
      load: (url, context, next) => {
        urls.push(url)
        return next(url, context)
      },
    })
    await import("${project.tarball.name}")
    console.log(JSON.stringify(urls))`,
  )
  const urls = JSON.parse(printed) as ReadonlyArray<string>
  return urls.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url))
}

/** The bytes of all these files. */
export const bytesOf = (paths: ReadonlyArray<string>): number =>
  paths.reduce((sum, path) => sum + statSync(path).size, 0)

/** How long a new process takes to import the package, in milliseconds: the best of several. Of this machine, now. */
export const importMs = async (project: EmptyProject): Promise<number> => {
  const times: Array<number> = []
  for (let attempt = 0; attempt < 7; attempt++) {
    const printed = await runModule(
      project,
      `const before = performance.now()
      await import("${project.tarball.name}")
      console.log(performance.now() - before)`,
    )
    times.push(Number(printed))
  }
  return Math.min(...times)
}
