import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Yaml } from "effect/encoding"
import { files, read, readManifest, readYaml, Workspace } from "./repository.ts"

const workspace = readYaml("pnpm-workspace.yaml", Workspace)
const rootManifest = readManifest(read("package.json"))
const paths = files("packages/*/package.json", "apps/*/package.json")
const manifests = paths.map((path) => readManifest(read(path)))
const published = manifests.filter((manifest) => manifest.private !== true)
/** A version, or that of a package under another name. */
const exact = /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/

describe("versions", () => {
  it("come from the catalog or the workspace, in every manifest", () => {
    const elsewhere = [rootManifest, ...manifests].flatMap((manifest) =>
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies })
        .filter(([, version]) => !/^(catalog:|catalog:peers|workspace:\^)$/.test(version))
        .map(([name, version]) => `${manifest.name}: ${name}@${version}`),
    )
    assert.deepStrictEqual(elsewhere, [])
    assert.isAbove(manifests.length, 10)
  })

  it("are exact in the catalog, and ranges only where a published package asks its users", () => {
    const ranges = Object.entries(workspace.catalog).filter(([, version]) => !exact.test(version))
    assert.deepStrictEqual(ranges, [])
    const asked = manifests.flatMap((manifest) => [
      ...Object.values({ ...manifest.dependencies, ...manifest.devDependencies }),
      ...(manifest.private === true ? Object.values(manifest.peerDependencies ?? {}) : []),
    ])
    assert.notInclude(asked, "catalog:peers")
  })

  it("of Node and pnpm agree wherever they are named", () => {
    const { node, pnpm } = rootManifest.optionalDependencies ?? {}
    assert.strictEqual(workspace.nodeVersion, node)
    assert.strictEqual(read(".nvmrc").trim(), node)
    assert.strictEqual(rootManifest.packageManager, `pnpm@${pnpm}`)
    assert.include(rootManifest.scripts?.["setup"] ?? "", ` pnpm@${pnpm} `)
  })
})

describe("a published package", () => {
  it("has effect as a peer and as nothing else that its users would get", () => {
    for (const { name, dependencies, peerDependencies } of published) {
      // The client is for those who do not use it.
      const peers = name === "@lead-gateway/client" ? undefined : { effect: "catalog:peers" }
      assert.deepStrictEqual(peerDependencies, peers, name)
      assert.notProperty(dependencies ?? {}, "effect", name)
    }
    assert.isAbove(published.length, 4)
  })

  it("depends on no private package", () => {
    const privateNames = manifests.filter((manifest) => manifest.private === true).map(({ name }) => name)
    for (const { name, dependencies } of published) {
      const wrong = Object.keys(dependencies ?? {}).filter((dependency) => privateNames.includes(dependency))
      assert.deepStrictEqual(wrong, [], name)
    }
  })

  it("says what it is, under which licence, and is checked as a tarball", () => {
    for (const manifest of published) {
      assert.strictEqual(manifest.license, "Apache-2.0", manifest.name)
      assert.isAbove(manifest.description?.length ?? 0, 20, manifest.name)
      const schemas = manifest.files?.filter((file) => file.endsWith(".schema.json")) ?? []
      assert.deepStrictEqual(manifest.files, ["dist", ...schemas], manifest.name)
      assert.strictEqual(manifest.sideEffects, false, manifest.name)
      assert.property(manifest.scripts ?? {}, "package:check", manifest.name)
    }
  })
})

describe("the command line's package", () => {
  const cli = readManifest(read("apps/cli/package.json"))
  const tools = ["@lead-gateway/testkit"]
  const isOurs = (name: string) => name.startsWith("@lead-gateway/") && !tools.includes(name)

  /** What is bundled into it: the workspace's packages, with those that they need. */
  const bundled = (names: ReadonlyArray<string>, found = new Set<string>()): ReadonlySet<string> => {
    for (const name of names) {
      if (!isOurs(name) || found.has(name)) continue
      found.add(name)
      bundled(Object.keys(manifests.find((manifest) => manifest.name === name)?.dependencies ?? {}), found)
    }
    return found
  }
  // The console is built beforehand: its files are in it, and what builds them is not.
  const packages = manifests.filter(
    ({ name }) =>
      name !== "@lead-gateway/console" && bundled(Object.keys(cli.devDependencies ?? {})).has(name),
  )

  it("asks for what it and the packages in it need of others, and for nothing else", () => {
    const needed = packages.flatMap(({ dependencies, peerDependencies }) =>
      Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !isOurs(name)),
    )
    const own = files("apps/cli/src/**/*.ts").flatMap((file) =>
      [...read(file).matchAll(/(?:from|import\() ?"((?:@[\w-]+\/)?[\w-]+)[^":]*"/g)].map(
        ([, name = ""]) => name,
      ),
    )
    const all = new Set([...needed, ...own.filter((name) => !isOurs(name))])
    assert.deepStrictEqual(Object.keys(cli.dependencies ?? {}), [...all].toSorted())
    const postgres = manifests.find(({ name }) => name === "@lead-gateway/embedded-postgres")
    assert.deepStrictEqual(cli.optionalDependencies, postgres?.optionalDependencies)
    assert.isAbove(packages.length, 10)
  })
})

describe("a changeset", () => {
  const Bumps = Schema.Record(Schema.String, Schema.Literals(["major", "minor", "patch"]))
  const names = manifests.map((manifest) => manifest.name)

  it("names packages that exist and says what changes for their users", () => {
    for (const path of files(".changeset/*.md")) {
      const [, front = "", summary = ""] = read(path).split(/^---$/m)
      const bumped = Object.keys(Schema.decodeUnknownSync(Bumps)(Yaml.parse(front) ?? {}))
      assert.deepStrictEqual(
        bumped.filter((name) => !names.includes(name)),
        [],
        path,
      )
      assert.isNotEmpty(summary.trim(), path)
    }
  })
})

describe("the sources", () => {
  it("assert no type twice to get it past the compiler", () => {
    const sources = files(
      "packages/*/{src,test}/**/*.ts",
      "packages/system-tests/**/*.ts",
      "apps/*/{src,test}/**/*.ts",
      "apps/console/web/**/*.{ts,tsx}",
      "scripts/*.ts",
    )
    const double = new RegExp(`\\b${["as", "unknown", "as"].join("\\s+")}\\b`)
    assert.deepStrictEqual(
      sources.filter((path) => double.test(read(path))),
      [],
    )
    assert.isAbove(sources.length, 20)
  })

  it("keep every test where the one run finds it", () => {
    const tests = files("**/*.test.ts")
    const projects =
      /^((apps|packages)\/[\w-]+\/test|packages\/system-tests\/(attacks|console|deploy|faults|fuzz|operate|packages|repository))\//
    assert.deepStrictEqual(
      tests.filter((path) => !projects.test(path)),
      [],
    )
    assert.isAbove(tests.length, 10)
  })
})

describe("the commands of CONTRIBUTING.md", () => {
  const contributing = read("CONTRIBUTING.md")
  const scripts = rootManifest.scripts ?? {}
  const [table = ""] = contributing.split("\n## ")
  const rows = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, command = ""]) => command)

  it("are scripts of the repository, so that they run with its own Node, pnpm and tools", () => {
    const commands = [...contributing.matchAll(/`npm (?:run )?([\w:]+)/g)].map(([, name = ""]) => name)
    assert.isAbove(commands.length, 10)
    assert.deepStrictEqual(
      commands.filter((name) => !(name in scripts)),
      [],
    )
  })

  it("of the first table install what they need, so that each works in a fresh clone", () => {
    assert.isAbove(rows.length, 6)
    for (const row of rows.filter(
      (row) => !/ after `npm run setup`/.test(row) && !row.startsWith("`npm run lint`"),
    )) {
      const [, name = ""] = /^`npm (?:run )?([\w:]+)/.exec(row) ?? assert.fail(`${row} is no script`)
      assert.strictEqual(scripts[`pre${name}`], "npm run setup", name)
    }
  })
})
