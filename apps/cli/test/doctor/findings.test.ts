import { assert, describe, it } from "@effect/vitest"
import { findingOf } from "../../src/doctor/configuration.ts"
import { probeFindings } from "../../src/doctor/customer.ts"
import { clockFinding } from "../../src/doctor/database.ts"
import { diskFinding } from "../../src/doctor/fileSystem.ts"
import { about, printFinding, printTotal } from "../../src/doctor/Finding.ts"

const gibibyte = 1024 ** 3

describe("a finding about the configuration", () => {
  it("names the environment or the file, what is wrong, and what to do", () => {
    assert.deepInclude(findingOf('API_PORT: "x" is invalid; use a whole number from 0 to 65535'), {
      where: "environment",
      what: 'API_PORT: "x" is invalid',
      advice: "use a whole number from 0 to 65535",
    })
    assert.deepInclude(findingOf('.env: DB_PORT: "a: b; c" is invalid; use a whole number from 1 to 65535'), {
      where: ".env",
      what: 'DB_PORT: "a: b; c" is invalid',
      advice: "use a whole number from 1 to 65535",
    })
    assert.deepInclude(findingOf("config/lead_rules.json: rules.0.reason: found 7, expected a text"), {
      level: "wrong",
      where: "config/lead_rules.json",
      what: "rules.0.reason: found 7, expected a text",
      advice: "correct it there, or name another file",
    })
  })

  it("says of a misspelt name in a file that the name is to be corrected", () => {
    for (const text of [
      "RATE_LIMIT_PER_SECOND is not a setting; did you mean RATE_LIMIT_PER_SEC?",
      "API_PORT_FILE is not a setting: only secrets are read from files; did you mean API_PORT?",
    ]) {
      assert.deepInclude(findingOf(`.env:1: ${text}`), {
        where: ".env:1",
        what: text,
        advice: "correct the name, or remove it",
      })
    }
  })
})

describe("a finding about the disk", () => {
  it("is a warning below 1 GiB, and wrong below 100 MiB", () => {
    const level = (free: number) => diskFinding("/data", { free, total: 40 * gibibyte }).level
    assert.deepStrictEqual([gibibyte, gibibyte - 1, 100 * 1024 ** 2, 100 * 1024 ** 2 - 1].map(level), [
      "ok",
      "warning",
      "warning",
      "wrong",
    ])
    assert.strictEqual(diskFinding("/data", { free: 0, total: 40 * gibibyte }).what, "0 MiB free of 40 GiB")
  })
})

describe("a finding about the clock", () => {
  it("is a warning above a second, wrong above half a minute, whichever clock is ahead", () => {
    const level = (aheadMs: number, errorMs = 0) => clockFinding("db", aheadMs, errorMs).level
    assert.deepStrictEqual(
      [1000, 1001, -1001, 30_000, 30_001, -30_001].map((ms) => level(ms)),
      ["ok", "warning", "warning", "warning", "wrong", "wrong"],
    )
    assert.strictEqual(level(1400, 500), "ok")
    assert.strictEqual(clockFinding("db", -2000, 3).what, "Postgres is 2000 ms behind")
  })
})

describe("findings about a customer's answer", () => {
  const url = new URL("https://customer.example/leads?key=secret")
  const answered = { _tag: "Answered", tls: "TLSv1.3", certificateDays: 90 } as const
  const levels = (status: number, hasToken = true) =>
    probeFindings(url, { ...answered, status }, hasToken).map(({ level }) => level)

  it("are ok for the usual answers to a GET without token, and wrong for a redirect", () => {
    assert.deepStrictEqual(levels(401), ["ok", "ok", "ok"])
    assert.deepStrictEqual(levels(401, false), ["ok", "ok", "warning"])
    assert.deepStrictEqual(
      [200, 400, 405, 415].map((status) => levels(status)[2]),
      ["ok", "ok", "ok", "ok"],
    )
    assert.deepStrictEqual(
      [404, 410, 500, 503].map((status) => levels(status)[2]),
      Array(4).fill("warning"),
    )
    assert.deepStrictEqual(
      [301, 308].map((status) => levels(status)[2]),
      ["wrong", "wrong"],
    )
  })

  it("warns of a certificate that expires soon, and of a connection without TLS", () => {
    const tls = (certificateDays: number) =>
      probeFindings(url, { ...answered, status: 405, certificateDays }, true)[1]?.level
    assert.deepStrictEqual([14, 13].map(tls), ["ok", "warning"])
    const plain = probeFindings(
      new URL("http://10.0.0.1/leads"),
      { _tag: "Answered", status: 405, tls: undefined, certificateDays: undefined },
      true,
    )
    assert.include(plain[1]?.what, "in the clear")
  })

  it("name the stage that failed, and never the query", () => {
    for (const answer of [
      { _tag: "NotConnected", code: "ECONNREFUSED" },
      { _tag: "NotSecure", code: "CERT_HAS_EXPIRED" },
      { _tag: "NotAnswered", code: "HPE_INVALID_CONSTANT" },
    ] as const) {
      const last = probeFindings(url, answer, true).at(-1)
      assert.strictEqual(last?.level, "wrong")
      assert.include(last?.what, answer.code)
      assert.notInclude(JSON.stringify(last), "secret")
    }
  })
})

describe("what is printed", () => {
  const { ok, warning, wrong } = about("disk")

  it("is a line for each finding, one more for what to do, and a total", () => {
    assert.strictEqual(printFinding(ok("/data", "40 GiB free")), "ok       disk           /data: 40 GiB free")
    assert.strictEqual(
      printFinding(wrong("/data", "full", "make room")),
      "wrong    disk           /data: full\n                        -> make room",
    )
    assert.strictEqual(printTotal([ok("a", "b")]), "nothing is wrong")
    assert.strictEqual(printTotal([warning("a", "b", "c"), wrong("a", "b", "c")]), "1 wrong, 1 warning")
  })
})
