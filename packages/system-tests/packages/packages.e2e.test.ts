import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type EmptyProject, typeCheck } from "./EmptyProject.ts"
import { nodeBinary } from "./nodeBinary.ts"
import { modulesOf } from "./importing.ts"
import { examplesOf, sizesIn } from "./readme.ts"
import { run } from "./run.ts"
import { describeSizes, gzippedWithout, measure, stillTrue } from "./sizes.ts"
import { openWorkbench, type Workbench } from "./Workbench.ts"
import { nodeVersions, published } from "./workspace.ts"

let workbench: Workbench
const binaries = new Map<string, string>()

beforeAll(async () => {
  workbench = await openWorkbench()
  for (const version of nodeVersions) binaries.set(version, await nodeBinary(version))
})

afterAll(() => workbench?.close())

const printedBy = (version: string, { folder }: EmptyProject, file: string, ...args: ReadonlyArray<string>) =>
  run(folder, binaries.get(version) ?? "", file, ...args)

describe.for(published)("$name, packed and installed alone in an empty project", ({ name }) => {
  it("type-checks: its README's examples, all that it exports and every declaration that comes with it", async () => {
    const project = await workbench.project(name)
    assert.isNotEmpty(examplesOf(project.tarball.readme))
    await typeCheck(project)
  })

  it.for(nodeVersions)("runs on Node %s and prints what its README says", async (version) => {
    const project = await workbench.project(name)
    assert.match(await printedBy(version, project, "everything.ts"), /^(true\n)+$/)
    for (const [index, { prints }] of examplesOf(project.tarball.readme).entries()) {
      assert.isNotEmpty(prints, "no text block says what the example prints")
      assert.strictEqual(await printedBy(version, project, `example${index}.ts`), prints)
    }
    if (project.schemas.length > 0) {
      const dialect = "https://json-schema.org/draft/2020-12/schema\n"
      assert.strictEqual(
        await printedBy(version, project, "schemas.ts"),
        dialect.repeat(project.schemas.length),
      )
    }
    for (const command of Object.keys(project.tarball.manifest.bin ?? {})) {
      assert.include(await printedBy(version, project, `node_modules/.bin/${command}`, "--help"), command)
    }
  })

  it("says in its README what it weighs", async () => {
    const project = await workbench.project(name)
    const sizes = await measure(project)
    const said = sizesIn(project.tarball.readme) ?? "nothing"
    assert.isTrue(
      stillTrue(said, sizes),
      `npm run sizes mends it.\nmeasured: ${describeSizes(sizes)}\nREADME: ${said}`,
    )
  })
})

/** The engine of linear-time patterns, and the phone numbers of all countries: 46 kB and 30 kB, compressed. */
const largeDependencies = ["re2js", "libphonenumber-js"]

/** Bytes. The pipeline is three packages in one; the client is for web pages. */
const most: Readonly<Record<string, number>> = {
  "@lead-gateway/client": 6_000,
  "@lead-gateway/lead-pipeline": 70_000,
}
const mostOf = (name: string) => most[name] ?? 60_000

describe.for(published)("$name, used", ({ name }) => {
  it("takes no more of a bundle than it may, compressed, besides patterns and phone numbers", async () => {
    assert.isAtMost(await gzippedWithout(await workbench.project(name), largeDependencies), mostOf(name))
  })

  it("loads neither all of effect nor its Schema", async () => {
    const modules = await modulesOf(await workbench.project(name))
    assert.isNotEmpty(modules.filter((path) => path.includes(`/node_modules/${name}/dist/`)))
    assert.isEmpty(modules.filter((path) => /\/effect\/dist\/(index|Schema\w*)\.js$/.test(path)))
  })
})
