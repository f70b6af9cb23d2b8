/** What the documents for operators name exists: files, settings, commands and their flags, scripts, routes, metrics, alerts. */
import { assert, describe, expect, it } from "@effect/vitest"
import { variables } from "@lead-gateway/config"
import { Schema } from "effect"
import { dirname, join } from "node:path/posix"
import { exists, files, pathOf, read, readManifest, readYaml } from "./repository.ts"

const documents = [
  "docs/configuration.md",
  "docs/console.md",
  "docs/deployment.md",
  "docs/disaster-recovery.md",
  "docs/operations.md",
  "docs/production-checklist.md",
  "docs/troubleshooting.md",
  ...files("docs/runbooks/*.md"),
]

/** The first groups of all matches. */
const found = (text: string, pattern: RegExp): ReadonlyArray<string> => [
  ...new Set([...text.matchAll(pattern)].map(([, group = ""]) => group)),
]

/** What is set as code: between backticks, and in blocks. */
const codeOf = (text: string): string =>
  [...text.matchAll(/```\w*\n([^]*?)```|`([^`\n]+)`/g)]
    .map(([, block, span]) => block ?? span ?? "")
    .join("\n")

const all = (...patterns: ReadonlyArray<string>) =>
  files(...patterns)
    .map(read)
    .join("\n")

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (path: string) =>
  found(read(path), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(/\s/g, "-"),
  )

describe.each(documents)("%s", (path) => {
  const text = read(path)
  const code = codeOf(text)
  const missing = (names: ReadonlyArray<string>, isThere: (name: string) => boolean) =>
    names.filter((name) => !isThere(name))

  it("links to files and headings that are there", () => {
    assert.deepStrictEqual(
      missing(found(text, /\]\((?!https?:)([^)]+)\)/g), (link) => {
        const [file = "", anchor] = link.split("#")
        const target = file === "" ? path : join(dirname(path), file)
        return exists(target) && (anchor === undefined || anchorsOf(target).includes(anchor))
      }),
      [],
    )
  })

  it("names files that are there", () => {
    const places =
      /(?:^|[\s=(])((?:apps|bench|config|deploy|docker|docs|migrations|packages|\.github)\/[\w./-]*[\w-])/gm
    // Made by an operator: the secrets, and what names an environment.
    const made = /^(?:docker\/secrets|deploy\/environments\/)/
    assert.deepStrictEqual(
      missing(found(code, places), (name) => made.test(name) || exists(name)),
      [],
    )
  })

  it("names settings that are there", () => {
    const secrets = variables.filter(({ secret }) => secret).map(({ name }) => `${name}_FILE`)
    const known = new Set([...variables.map(({ name }) => name), ...secrets])
    // Variables of compose files and scripts, states and reasons of leads; what Node, Postgres and an operator's own shell have.
    const others = all(
      "docker/*.{yaml,sh,env}",
      "deploy/bin/{blue-green,canary,deploy,migrate}",
      "deploy/{bin/lib,environments}/*",
      "packages/lead/src/*.ts",
    )
    const foreign = new Set(["NAME_FILE", "NODE_EXTRA_CA_CERTS", "SERVER_URL"])
    const names = found(code, /(?<![\w$])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w])/g)
    assert.deepStrictEqual(
      missing(names, (name) => known.has(name) || foreign.has(name) || others.includes(name)),
      [],
    )
  })

  it("shows commands, flags and scripts that are there", () => {
    const sources = new Map(
      files("apps/cli/src/commands/*.ts").flatMap((file) => {
        const source = read(file)
        return found(source, /Command\.make\(\s*"([\w-]+)"/g).map((name) => [name, source] as const)
      }),
    )
    const shared = ["commands/pgBin.ts", "commands/within.ts", "Output.ts"]
      .map((file) => read(`apps/cli/src/${file}`))
      .join("")
    const servers = read("apps/cli/src/commands/servers.ts")
    const lines = code
      .split("\n")
      .flatMap((line) => [
        ...line.matchAll(/(?:lead-gateway|\bdocker compose .* migrate) ([a-z][\w-]*)([^#`;]*)/g),
      ])
    for (const [line, name = "", rest = ""] of lines) {
      const source = sources.get(name) ?? (servers.includes(`"${name}"`) ? servers : undefined)
      assert.isDefined(source, line)
      for (const flag of found(rest, /(?:^|\s)--(?!help)([\w-]+)/g))
        assert.match(`${source}${shared}`, new RegExp(`Flag\\.\\w+\\(\\s*"${flag}"`), line)
    }
    const { scripts = {} } = readManifest(read("package.json"))
    assert.deepStrictEqual(
      missing(found(code, /npm run (?:-s |--silent )?([a-z][\w:-]*)/g), (name) => name in scripts),
      [],
    )
  })

  it("asks routes, and reads metrics and alerts, that are there", () => {
    const routes = all(
      "packages/api-contract/src/**/*.ts",
      "packages/runtime/src/**/*.ts",
      "apps/*/src/**/*.ts",
    )
    const asked = found(
      code,
      /(?:^|\s|\d|example|")(\/(?:api|health|livez|metrics|readyz|stats|webhooks)[\w/]*)/gm,
    )
    assert.deepStrictEqual(
      missing(
        asked,
        (route) =>
          route === "/api/v1" ||
          routes.includes(route) ||
          routes.includes(route.replace("/default/", "/:name/")),
      ),
      [],
    )
    // What to look at in an answer of /health/deep is named behind it.
    const fields = found(code, /health\/deep +# (.*)/g).flatMap((names) =>
      names.split(/, | by /).map((name) => name.replace(/.*\./, "")),
    )
    assert.deepStrictEqual(
      missing(
        fields.filter((name) => /^\w+$/.test(name)),
        (name) => routes.includes(`${name}:`) || name === "cause",
      ),
      [],
    )
    const metrics = `${read("apps/api/README.md")}${read("apps/cli/src/backup/metricsFile.ts")}`
    assert.deepStrictEqual(
      missing(found(text, /lead_gateway_(?!backup\.prom)([a-z_]+)/g), (name) => metrics.includes(name)),
      [],
    )
    const rules = read("deploy/prometheus/rules/alerts.yml")
    assert.deepStrictEqual(
      missing(found(text, /(LeadGateway[A-Z]\w+)/g), (name) => rules.includes(`alert: ${name}\n`)),
      [],
    )
  })
})

const Rules = Schema.Struct({
  groups: Schema.Array(
    Schema.Struct({
      rules: Schema.Array(
        Schema.Struct({
          alert: Schema.String,
          for: Schema.String,
          labels: Schema.Struct({ severity: Schema.String }),
          annotations: Schema.Struct({ summary: Schema.String, runbook_url: Schema.String }),
        }),
      ),
    }),
  ),
})

describe("docs/operations.md", () => {
  it("leads from each alert to its runbook (vitest --update writes it)", async () => {
    const { groups } = readYaml("deploy/prometheus/rules/alerts.yml", Rules)
    const alerts = groups.flatMap(({ rules }) => rules)
    const rows = [
      ["alert", "severity", "after", "what it says", "runbook"],
      ...alerts.map(({ alert, annotations: { runbook_url, summary }, for: after, labels: { severity } }) => {
        const link = runbook_url.replace(/^docs\//, "")
        const name = link.replace(/^runbooks\/|\.md$/g, "")
        return [`\`${alert}\``, severity, after, summary, `[${name}](${link})`]
      }),
    ]
    assert.isAbove(alerts.length, 20)
    const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
    const line = (row: ReadonlyArray<string>) =>
      `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
    const [head = [], ...body] = rows
    const table = [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")
    const text = read("docs/operations.md")
    const fresh = text.replace(
      /<!-- alerts -->[^]*<!-- \/alerts -->/,
      () => `<!-- alerts -->\n\n${table}\n\n<!-- /alerts -->`,
    )
    assert.include(fresh, table)
    await expect(fresh).toMatchFileSnapshot(pathOf("docs/operations.md"))
  })
})
