import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { compileCacheOf } from "@lead-gateway/testkit/compile-cache"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const inRepository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lead-gateway-preview-"))
  symlinkSync(inRepository("config"), join(folder, "config"))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Compiled once, the program starts in half the time. */
const compiled = { NODE_COMPILE_CACHE: compileCacheOf(["preview"]) }

interface Given {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the command as a person would, in a folder with the configuration that ships. */
const preview = (args: ReadonlyArray<string>, { env = {}, stdin = "" }: Given = {}) => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ["--conditions=@lead-gateway/source", commandLine, "preview", ...args],
    { cwd: folder, env: { ...compiled, ...env }, input: stdin, encoding: "utf8" },
  )
  return { status, stderr, stdout }
}

/** Writes a file of this test, and names it. */
const file = (name: string, content: unknown): string => {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  return name
}

const lead = {
  email: "Customer@Example.com",
  phone: "0171 2345678",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_usage: "Heizung",
}

const linesOf = (text: string) => text.split("\n")

describe("preview", () => {
  it("prints what would happen to a lead from a file and why, step by step", () => {
    const { status, stdout } = preview([file("lead.json", lead)])
    assert.strictEqual(status, 0)
    assert.deepStrictEqual(
      linesOf(stdout.replaceAll(/\(version [0-9a-f]{12}\)/g, "(version …)")).filter(
        (line) => !/^ {4}[·{} ]/.test(line),
      ),
      [
        "lead.json: READY",
        "  rules      2 of 2 met (version …)",
        "  normalise  2 changes (version …)",
        '    ~ email  "Customer@Example.com" → "customer@example.com"  email',
        '    ~ phone  "0171 2345678" → "+491712345678"  phone',
        "  map        1 attribute sent, 1 not valid, 12 not in the lead (version …)",
        "    ✓ solar_energy_consumption",
        '    ✗ solar_usage: not_an_allowed_value "Heizung"',
        "  payload    complete (version …)",
        "",
        "",
      ],
    )
    assert.include(stdout, '"phone": "+491712345678"')
    assert.notInclude(stdout, "\u001b[")
  })

  it("reads several leads from standard input, a line each, and sums them up with the answers that are not known", () => {
    const leads = [lead, { ...lead, zipcode: "10115" }, { ...lead, phone: "call me" }]
    const { status, stdout } = preview([], { stdin: leads.map((lead) => JSON.stringify(lead)).join("\n") })
    assert.strictEqual(status, 0)
    const lines = linesOf(stdout)
    assert.include(lines, "standard input, line 2: REJECTED ZIP_NOT_66XXX")
    assert.include(lines, '    ✗ ZIP_NOT_66XXX zipcode must match ^66\\d{3}$, but is "10115"')
    assert.include(lines, "standard input, line 3: PARKED MISSING_REQUIRED_FIELD")
    assert.deepStrictEqual(lines.slice(-3), [
      "3 leads: 1 ready, 1 rejected (ZIP_NOT_66XXX 1), 1 parked (MISSING_REQUIRED_FIELD 1)",
      'unknown answers to solar_usage: 2 ("Heizung" 2)',
      "",
    ])
  })

  it("says of a rejected lead that the rules would accept it as it is read, and of how many", () => {
    const leads = [
      { ...lead, zipcode: "66123 " },
      { ...lead, zipcode: 66123, house: { is_owner: "Ja" } },
      { ...lead, zipcode: "10115 " },
    ]
    const name = file("written.json", leads)
    const lines = linesOf(preview([name]).stdout)
    const told = lines.filter((line) => line.includes("looks_at"))
    assert.deepStrictEqual(told, [
      '    → with "looks_at": "normalized" it would be accepted: zipcode "66123 " is read as "66123"',
      '    → with "looks_at": "normalized" it would be accepted: zipcode 66123 is read as "66123"; house.is_owner "Ja" is read as true',
      'with "looks_at": "normalized" the rules would accept 2 of the rejected',
    ])
    const json = preview(["--json", name]).stdout
    const reading = { path: "zipcode", kind: "postal_code", before: "66123 ", after: "66123" }
    assert.include(json, `"other_view":${JSON.stringify({ looks_at: "normalized", readings: [reading] })}`)
    assert.include(json, '"accepted_by_other_view":2')
    const hidden = preview(["--json", "--hide-values", name]).stdout
    assert.include(hidden, '"readings":[{"path":"zipcode","kind":"postal_code"}]')
    assert.notInclude(hidden, "66123")
    const alternative = inRepository("config/lead_rules.normalized.json")
    assert.include(
      preview(["--summary", "--rules", alternative, name]).stdout,
      "3 leads: 2 ready, 1 rejected (ZIP_NOT_66XXX 1), 0 parked",
    )
  })

  it("reads the payload of a form vendor by the profile that ships for it", () => {
    const rules = inRepository("config/lead_rules.normalized.json")
    const profile = "config/profiles/typeform.json"
    const sample = "config/profiles/samples/typeform.json"
    const { status, stdout } = preview(["--rules", rules, "--profile", profile, sample])
    assert.strictEqual(status, 0)
    assert.include(stdout, `${sample}: READY`)
    assert.include(stdout, "form_response.answers.3.phone_number → phone")
    assert.include(stdout, '"phone": "+496811234567"')
  })

  it("prints the summary alone if asked to, also of one lead", () => {
    assert.strictEqual(
      preview(["--summary"], { stdin: JSON.stringify(lead) }).stdout,
      '1 lead: 1 ready, 0 rejected, 0 parked\nunknown answers to solar_usage: 1 ("Heizung" 1)\n',
    )
  })

  it("prints JSON, a line for each lead, without a value of any if asked to", () => {
    const leads = [lead, { ...lead, zipcode: "10115" }]
    const { stdout } = preview(["--json", "--hide-values", file("leads.json", leads)])
    const [first, second, summary] = linesOf(stdout.trim()).map((line) => JSON.parse(line) as object)
    assert.deepInclude(first, { lead: "leads.json, lead 1", decision: "Ready", reason: null })
    assert.deepInclude(second, { lead: "leads.json, lead 2", decision: "Rejected", reason: "ZIP_NOT_66XXX" })
    assert.deepInclude(summary, {
      summary: {
        leads: 2,
        ready: 1,
        rejected: { ZIP_NOT_66XXX: 1 },
        parked: {},
        accepted_by_other_view: 0,
        unknown_answers: [{ attribute: "solar_usage", total: 1, values: [], others: 0 }],
      },
    })
    for (const secret of ["Example", "2345678", "Heizung", "10115", "5000"]) assert.notInclude(stdout, secret)
  })

  it("keeps every digit of a long number", () => {
    const stdin = JSON.stringify(lead).replace('"5000"', "12345678901234567890")
    assert.include(preview([], { stdin }).stdout, '"value": 12345678901234567890')
    assert.include(preview(["--json"], { stdin }).stdout, '"value":12345678901234567890')
  })

  it("says of an empty list that there is no lead in it", () => {
    const { status, stdout } = preview([], { stdin: "[]" })
    assert.deepStrictEqual([status, stdout], [0, "0 leads: 0 ready, 0 rejected, 0 parked\n"])
  })

  it("ends in silence when nobody reads on", () => {
    const leads = file("many.json", `${JSON.stringify(lead)}\n`.repeat(5000))
    for (const flag of ["", "--json"]) {
      const program = `'${process.execPath}' --conditions=@lead-gateway/source '${commandLine}' preview`
      const { stderr, stdout } = spawnSync("sh", ["-c", `${program} ${flag} ${leads} | head -1`], {
        cwd: folder,
        env: { ...process.env, ...compiled },
        encoding: "utf8",
      })
      assert.deepStrictEqual([linesOf(stdout).length, stderr], [2, ""])
    }
  })

  it("escapes in JSON what could steer a terminal", () => {
    const { stdout } = preview(["--json"], { stdin: JSON.stringify({ ...lead, source: "\u009b2J\u202e" }) })
    assert.include(stdout, String.raw`\u009b2J\u202e`)
  })

  it("is coloured where a terminal is", () => {
    const stdin = JSON.stringify(lead)
    assert.include(preview([], { stdin, env: { FORCE_COLOR: "1" } }).stdout, "\u001b[32mREADY")
  })

  it("decides by the documents that it is given, and by the moment", () => {
    const rules = file("age.json", {
      version: "1",
      rules: [{ field: "born", operator: "date", min_age: "18 years", reason: "TOO_YOUNG" }],
    })
    const stdin = JSON.stringify({ ...lead, born: "2008-03-01" })
    const at = (moment: string) => linesOf(preview(["--rules", rules, "--at", moment], { stdin }).stdout)[0]
    assert.strictEqual(at("2026-02-28T12:00:00Z"), "standard input: REJECTED TOO_YOUNG")
    assert.strictEqual(at("2026-03-02T12:00:00Z"), "standard input: READY")
  })

  it("warns about a rule that changes nothing, and decides all the same", () => {
    const rule = { field: "zipcode", operator: "present" }
    const rules = file("redundant.json", { version: "1", rules: [rule, rule] })
    const stdin = JSON.stringify(lead)
    const warning = "redundant.json: rules.1 is redundant: whatever meets rules.0 meets it"
    assert.deepStrictEqual(linesOf(preview(["--rules", rules], { stdin }).stdout).slice(0, 2), [
      `warning: ${warning}`,
      "standard input: READY",
    ])
    const [first = "", second = ""] = linesOf(preview(["--rules", rules, "--json"], { stdin }).stdout)
    assert.deepStrictEqual(JSON.parse(first), { warnings: [warning] })
    assert.include(second, '"decision":"Ready"')
  })

  it("reports every diagnostic of the documents, each with its file, and decides on nothing", () => {
    const rules = file("wrong-rules.json", {
      version: "1",
      rules: [{ field: "zipcode", operator: "matches" }],
    })
    const template = file("wrong-template.json", { phone: { $meta: "price" } })
    const { status, stderr, stdout } = preview(["--rules", rules, "--template", template], { stdin: "{}" })
    assert.deepStrictEqual([status, stdout], [1, ""])
    assert.deepStrictEqual(
      linesOf(stderr.trim()).map((line) => line.split(", expected")[0]),
      [
        'wrong-rules.json: rules.0.operator: found "matches"',
        'wrong-template.json: phone.$meta: found "price"',
      ],
    )
  })

  it.each<[string, ReadonlyArray<string>, string, string]>([
    ["a line that breaks off", [], '{"a":1}\n{"phone":"0171', "standard input, line 2: not valid JSON"],
    ["a file that is not there", ["nowhere.json"], "", "nowhere.json: cannot be read (ENOENT)"],
    [
      "a moment that is none",
      ["--at", "yesterday"],
      "{}",
      '--at: found "yesterday", expected a date and time',
    ],
    [
      "a day that there is not",
      ["--at", "2026-02-30T00:00:00Z"],
      "{}",
      '--at: found "2026-02-30T00:00:00Z", expected a date and time',
    ],
  ])("refuses %s with a line that says where, and quotes no lead", (_name, args, stdin, expected) => {
    const { status, stderr, stdout } = preview(args, { stdin })
    assert.deepStrictEqual([status, stdout], [1, ""])
    assert.isTrue(stderr.startsWith(expected), stderr)
    assert.notInclude(stderr, "0171")
  })
})
