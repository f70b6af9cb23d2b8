import { assert, describe, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { makeCopy, makeRegistry, type Ran, runGate } from "./supplyChain.ts"

const assertRefused = ({ code, output }: Ran, pattern: RegExp, name = ""): void => {
  assert.match(output, pattern, name)
  assert.strictEqual(code, 1, `${name}: ${output}`)
}

describe.concurrent("the lockfile's gate", () => {
  const integrity = /integrity: sha512-[A-Za-z0-9+/]{86}==/
  const attacks: ReadonlyArray<readonly [name: string, from: string | RegExp, to: string, found: RegExp]> = [
    ["a package without integrity", integrity, "tarball: x", /no SHA-512 integrity/],
    ["a weak hash", integrity, "integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", /no SHA-512 integrity/],
    ["a tarball elsewhere", integrity, "$&, tarball: https://example.com/x.tgz", /no SHA-512 integrity/],
    ["a commit of a repository", integrity, "type: git, commit: 0123", /no SHA-512 integrity/],
    ["a folder", integrity, "type: directory, directory: ../x", /no SHA-512 integrity/],
    [
      "a package that is a URL",
      / {2}ajv@8\.20\.0:/,
      "  ajv@https://example.com/x.tgz:",
      /not a package of the registry/,
    ],
    [
      "a range in a manifest",
      "specifier: 'catalog:'",
      "specifier: ^1.0.0",
      /\^1\.0\.0 is not an exact version/,
    ],
    ["a repository in a manifest", "specifier: 'catalog:'", "specifier: github:a/b", /github:a\/b is not/],
    ["a tag in the catalog", "specifier: 10.3.0", "specifier: latest", /latest is not an exact version/],
  ]

  it.each(attacks)("refuses %s", async (name, from, to, found) => {
    using copy = makeCopy()
    copy.spoil("pnpm-lock.yaml", from, to)
    const { code, output } = await runGate("lockfile", [copy.at])
    assert.match(output, found, name)
    assert.strictEqual(code, 1, output)
  })

  it("passes the lockfile as it is, and refuses an empty one", async () => {
    using copy = makeCopy()
    const { code, output } = await runGate("lockfile", [copy.at])
    assert.match(output, /^Checked \d{3} packages and \d{3} versions of the lockfile\n$/)
    assert.strictEqual(code, 0)
    copy.write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n")
    assertRefused(await runGate("lockfile", [copy.at]), /nothing found to check/)
  })
})

describe.concurrent("the gate of install scripts", () => {
  const install = (
    copy: ReturnType<typeof makeCopy>,
    name: string,
    manifest: object,
    more?: string,
  ): void => {
    const folder = `node_modules/.pnpm/${name.replace("/", "+")}@1.0.0/node_modules/${name}`
    copy.write(`${folder}/package.json`, JSON.stringify({ name, version: "1.0.0", ...manifest }))
    if (more !== undefined) copy.write(`${folder}/${more}`, "{}")
  }

  it.each(["preinstall", "install", "postinstall"])("refuses a new package with %s", async (phase) => {
    using copy = makeCopy()
    install(copy, "@evil/one", { scripts: { [phase]: "node x.js" } })
    const { code, output } = await runGate("installScripts", [copy.at])
    assert.match(output, /^@evil\/one has an install script/m)
    assert.strictEqual(code, 1, output)
  })

  it("refuses one that is compiled at installation, for which no script is written down", async () => {
    using copy = makeCopy()
    install(copy, "evil", {}, "binding.gyp")
    const { code, output } = await runGate("installScripts", [copy.at])
    assert.match(output, /^evil has an install script/m)
    assert.strictEqual(code, 1, output)
  })

  it("refuses what pnpm runs and the list does not, a reason that is none, and a permission that is not listed", async () => {
    using copy = makeCopy()
    install(copy, "esbuild", { scripts: { postinstall: "node install.js" } })
    assert.strictEqual((await runGate("installScripts", [copy.at])).code, 0)
    copy.spoil("pnpm-workspace.yaml", "msgpackr-extract: false", "msgpackr-extract: true")
    assertRefused(
      await runGate("installScripts", [copy.at]),
      /msgpackr-extract: allowBuilds .* must be false/,
    )
    copy.spoil("pnpm-workspace.yaml", "msgpackr-extract: true", "msgpackr-extract: false\n  evil: true")
    assertRefused(await runGate("installScripts", [copy.at]), /^evil: in allowBuilds/m)
    copy.spoil("supply-chain.json", /"why": "[^"]*"/, '"why": "needed"')
    assertRefused(await runGate("installScripts", [copy.at]), /needs a reason/)
  })
})

describe.concurrent("the gate of licences", () => {
  const licences_of = {}
  const named = (id: string) => ({ name: "x", version: "1.0.0", licenses: [{ license: { id } }] })
  const expressed = (expression: string) => ({ name: "x", version: "1.0.0", licenses: [{ expression }] })
  const nothing = { name: "x", version: "1.0.0" }

  it.each([
    ["MIT", named("MIT"), 0],
    ["GPL-3.0-only", named("GPL-3.0-only"), 1],
    ["UNLICENSED", named("UNLICENSED"), 1],
    ["a text of its own", { ...nothing, licenses: [{ license: { name: "SEE LICENSE IN x" } }] }, 1],
    ["no licence at all", nothing, 1],
    [
      "two licences without a word between them",
      { ...nothing, licenses: [...named("MIT").licenses, ...named("ISC").licenses] },
      1,
    ],
    ["(MIT OR GPL-3.0-only)", expressed("(MIT OR GPL-3.0-only)"), 0],
    ["MIT AND GPL-3.0-only", expressed("MIT AND GPL-3.0-only"), 1],
    ["Apache-2.0 WITH an exception", expressed("Apache-2.0 WITH Swift-exception"), 1],
  ] as const)("decides on %s", async (_, component, expected) => {
    using copy = makeCopy()
    copy.except({ licences_of })
    const { code, output } = await runGate("licences", [copy.at], { PATH: copy.fakePnpm([component]) })
    assert.strictEqual(code, expected, output)
  })

  it("takes what is stated of a package for another machine, and refuses what is stated of none", async () => {
    using copy = makeCopy()
    const PATH = copy.fakePnpm([], [nothing])
    const why = "Built for other machines, and not installed here"
    copy.except({ licences_of: { x: { licence: "MIT", why } } })
    assert.strictEqual((await runGate("licences", [copy.at], { PATH })).code, 0)
    copy.except({ licences_of: { x: { licence: "MIT", why }, y: { licence: "MIT", why } } })
    assertRefused(await runGate("licences", [copy.at], { PATH }), /^y: stated in supply-chain.json/m)
  })
})

describe.concurrent("the audit", () => {
  const advisory = {
    undici: [
      {
        id: 1,
        url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
        title: "leaks",
        severity: "high",
        vulnerable_versions: "<99.0.0",
      },
    ],
  }
  const entry = {
    id: "GHSA-aaaa-bbbb-cccc",
    package: "undici",
    why: "The part that leaks is never called here",
  }
  const vulnerable = JSON.stringify(advisory)

  const audit = async (
    [status, body]: readonly [number, string],
    advisories: ReadonlyArray<object> = [],
    ...flags: ReadonlyArray<string>
  ): Promise<Ran> => {
    using copy = makeCopy()
    copy.except({ advisories })
    const registry = await makeRegistry(status, body)
    try {
      const ran = await runGate("audit", [copy.at, ...flags], { pnpm_config_registry: registry.url })
      assert.notInclude(ran.output, "127.0.0.1")
      return ran
    } finally {
      registry.close()
    }
  }

  it("passes without a known vulnerability", async () => {
    const { code, output } = await audit([200, "{}"])
    assert.match(output, /^Checked \d+ packages for known vulnerabilities\n$/)
    assert.strictEqual(code, 0)
  })

  it("refuses a known vulnerability, unless it is accepted for this package until a day to come", async () => {
    assertRefused(await audit([200, vulnerable]), /undici: high, leaks \(GHSA-aaaa-bbbb-cccc, versions <99/)
    assert.strictEqual((await audit([200, vulnerable], [{ ...entry, until: "2999-01-31" }])).code, 0)
    assertRefused(
      await audit([200, vulnerable], [{ ...entry, until: "2026-01-31" }]),
      /accepted until 2026-01-31/,
    )
    assertRefused(await audit([200, vulnerable], [{ ...entry, until: "soon" }]), /accepted until soon/)
    assertRefused(
      await audit([200, vulnerable], [{ ...entry, package: "ws", until: "2999-01-31" }]),
      /undici: high/,
    )
  })

  it.each([
    ["the registry answered 405", 405, ""],
    ["the registry answered 503", 503, "no"],
    ["the registry has none", 404, "no"],
    ["the registry answered no list", 200, "<html>"],
  ] as const)("says that nothing was checked: %s", async (reason, status, body) => {
    const { code, output } = await audit([status, body])
    assert.strictEqual(output, `not checked: no advisory database, ${reason}\n`)
    assert.strictEqual(code, 0)
    assertRefused(await audit([status, body], [], "--required"), /^not checked/)
    assertRefused(
      await audit([status, body], [{ ...entry, until: "2026-01-31" }]),
      /accepted until 2026-01-31/,
    )
  })

  it("says that nothing was checked where there is no registry", async () => {
    using copy = makeCopy()
    const registry = await makeRegistry(200, "{}")
    registry.close()
    const { code, output } = await runGate("audit", [copy.at], { pnpm_config_registry: registry.url })
    assert.strictEqual(output, "not checked: no advisory database, the registry cannot be reached\n")
    assert.strictEqual(code, 0)
  })
})

describe("the bill of materials", () => {
  const schemas = new URL("res/schema/", import.meta.resolve("@cyclonedx/cyclonedx-library/package.json"))
  const schema = (name: string): object =>
    JSON.parse(
      readFileSync(fileURLToPath(new URL(`${name}.SNAPSHOT.schema.json`, schemas)), "utf8"),
    ) as object
  const ajv = new Ajv({ strict: false, validateFormats: false })
  // The document's schema refers to the others by the names of their files.
  for (const name of ["spdx", "jsf-0.82"]) {
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
  }
  const validate = ajv.compile(schema("bom-1.6"))

  interface Bill {
    readonly metadata: { readonly component: { readonly name: string; readonly type: string } }
    readonly components: ReadonlyArray<{
      readonly group?: string
      readonly name: string
      readonly licenses?: ReadonlyArray<unknown>
      readonly externalReferences?: ReadonlyArray<{ readonly hashes?: ReadonlyArray<unknown> }>
    }>
    readonly dependencies: ReadonlyArray<{ readonly ref: string }>
  }

  it.each(["cli", "api", "worker"])(
    "of %s is CycloneDX 1.6, and names what production needs with hashes and licences",
    async (app) => {
      const { code, output } = await runGate("sbom", [app])
      assert.strictEqual(code, 0, output)
      const bill = JSON.parse(output) as Bill
      assert.isTrue(validate(bill), JSON.stringify(validate.errors?.slice(0, 3)))
      assert.deepInclude(bill.metadata.component, { name: app, type: "application" })
      const names = bill.components.map(({ group, name }) =>
        group === undefined ? name : `${group}/${name}`,
      )
      assert.includeMembers(names, ["effect", "ioredis", "pg", "node-pg-migrate", "@effect/sql-pg"])
      for (const name of ["vitest", "typescript", "turbo", "oxlint", "esbuild"])
        assert.notInclude(names, name)
      for (const { externalReferences = [], group, licenses = [], name } of bill.components) {
        assert.isNotEmpty(licenses, name)
        if (group === "@lead-gateway") continue
        assert.isTrue(
          externalReferences.some(({ hashes = [] }) => hashes.length > 0),
          `${name} has no hash`,
        )
      }
      assert.isAbove(bill.dependencies.length, 50)
    },
  )

  it("is checked by the schema: one that is not CycloneDX 1.6 is refused", () => {
    assert.isFalse(validate({ bomFormat: "CycloneDX", specVersion: "1.6", components: [{ name: "x" }] }))
  })
})
