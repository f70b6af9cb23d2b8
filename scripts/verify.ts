/**
 * Everything that `npm test` checks: the gates, two at a time, then the whole test suite. With `--quick`, as `npm run
 * check` calls it, only the gates that take seconds, and the unit tests that a change since `main` can break.
 *
 * Every gate is also a script of the root package.json, so `npm run lint` checks just that. What passed takes one
 * line, what failed shows its output. The last line counts both: `412 passed, 0 failed`. A gate counts as one; so
 * does every test, and so does anything that keeps the suite from telling how it went. What could not be checked here, as
 * known vulnerabilities without their database, is named in a line of its own and counts as neither.
 *
 * A test that fails is run once more, since a shared machine may stall. One that passes then is flaky, and named as such: it is
 * a bug to be found. More than {@link flakyAllowed} of them fail the run.
 *
 * `npm test -- --slowest 10` names the ten files of tests that took longest.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { parseArgs, stripVTControlCharacters } from "node:util"
import { run, type Ran } from "./run.ts"

const flakyAllowed = 5

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean", default: false }, slowest: { type: "string", default: "0" } },
})
const isQuick = flags.quick

/** The gates of a run, each with what its output must hold. */
type Lanes = ReadonlyArray<ReadonlyArray<readonly [task: string, proof: RegExp]>>

/**
 * The gates are tasks of turbo, which answers from its cache what has not changed. Each lane runs by itself, in
 * this order; `package:check` needs what `build` leaves behind. The output of a gate must hold its pattern: a
 * check that found nothing to check is no check.
 */
const quickLanes: Lanes = [
  [["lint", /on [1-9]\d* files/]],
  [
    ["format:check", /on [1-9]\d* files/],
    ["typecheck", /[1-9]\d* successful/],
  ],
]

const allLanes: Lanes = [
  [
    ["format:check", /on [1-9]\d* files/],
    ["lint", /on [1-9]\d* files/],
    ["boundaries", /Checked [1-9]\d* files/],
    // By a compiler that finds type errors as well, and then of the console: so it is the `typecheck` of this run.
    ["effect:check", /Files: +[1-9]\d*/],
    ["changesets", /bumped|no main branch/],
    ["lockfile", /Checked [1-9]\d* packages/],
    ["licences", /licences of [1-9]\d* packages/],
    ["install-scripts", /Checked [1-9]\d* packages/],
    ["audit", /Checked [1-9]\d* packages/],
  ],
  [
    ["build", /[1-9]\d* successful/],
    ["package:check", /[1-9]\d* successful/],
    ["knip", /1 successful/],
  ],
]

let passed = 0
let failed = 0
const notChecked: Array<string> = []

/** Gates that need what a machine may not have; their output says `not checked: …` then. */
const mayBeLeftOut: ReadonlySet<string> = new Set(["audit"])

const report = (name: string, ok: boolean, ran: Ran, detail = ""): void => {
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${ran.seconds} s)${detail}`)
  // Without turbo's own headlines.
  if (!ok) console.log(ran.output.replaceAll(/^ *•.*\n/gm, "").replaceAll(/^/gm, "     "))
}

const gate = async (task: string, proof: RegExp): Promise<void> => {
  const ran = await run(`turbo run ${task} --continue=dependencies-successful --log-order=grouped`)
  const [reason] = /not checked: .*/.exec(ran.output) ?? []
  if (ran.code === 0 && reason !== undefined && mayBeLeftOut.has(task)) {
    notChecked.push(`${task} ${reason}`)
    console.log(`--   ${task} (${ran.seconds} s): ${reason}`)
    return
  }
  const ok = ran.code === 0 && proof.test(ran.output)
  if (ok) passed++
  else failed++
  report(task, ok, ran, ran.code === 0 && !ok ? ": passed without having checked anything" : "")
}

/** What is read of vitest's JSON report. */
interface VitestReport {
  readonly numTotalTests: number
  readonly numPassedTests: number
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    /** Milliseconds since 1970. */
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: ReadonlyArray<{
      readonly fullName: string
      readonly status: string
      readonly failureMessages: ReadonlyArray<string>
    }>
  }>
}

const readReport = (file: string): VitestReport => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as VitestReport
  } catch {
    return { numTotalTests: 0, numPassedTests: 0, testResults: [] }
  }
}

/** The tests that failed at least once and ended with a status, a line each. */
const failedOnce = ({ testResults }: VitestReport, status: "passed" | "failed"): ReadonlyArray<string> =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((test) => test.status === status && test.failureMessages.length > 0)
      .map(({ fullName, failureMessages }) => {
        const [message = ""] = stripVTControlCharacters(failureMessages[0] ?? "").split("\n")
        return `${relative(process.cwd(), name)}: ${fullName}: ${message}`
      }),
  )

/** The files that took longest, a line each. */
const slowestOf = ({ testResults }: VitestReport, count: number): ReadonlyArray<string> =>
  testResults
    .toSorted((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime))
    .slice(0, count)
    .map(({ endTime, name, startTime }) => {
      const seconds = ((endTime - startTime) / 1000).toFixed(1)
      return `slow: ${seconds} s ${relative(process.cwd(), name)}`
    })

/**
 * What of the suite is run. A test counts as changed when a file that it imports, at any depth, differs from `main`, or
 * from the last commit where there is no such branch.
 */
const selection = (): string => {
  if (!isQuick) return ""
  const base = spawnSync("git", ["rev-parse", "--quiet", "--verify", "main"]).status === 0 ? "main" : "HEAD"
  return `--mode unit --changed ${base} --passWithNoTests`
}

/**
 * Runs the tests. What did not pass has failed, a skipped test and a file that could not be read too; a run that
 * ended badly, without a report or without a test has at least one failure, whatever else it says.
 */
const tests = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "lead-gateway-"))
  const file = join(folder, "report.json")
  const ran = await run(
    `vitest run ${selection()} --retry=1 --reporter=default --reporter=json --outputFile.json=${file}`,
  )
  const results = readReport(file)
  const { numTotalTests: total, numPassedTests, testResults } = results
  rmSync(folder, { recursive: true })
  const unread = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0)
  const flaky = failedOnce(results, "passed")
  const tooFlaky = flaky.length > flakyAllowed ? flaky.length : 0
  const broken = total - numPassedTests + unread.length + tooFlaky
  const ok = ran.code === 0 && broken === 0 && (total > 0 || isQuick)
  passed += numPassedTests
  failed += ok ? 0 : Math.max(1, broken)
  report("tests", ok, ran, `: ${numPassedTests} of ${total} in ${testResults.length} files`)
  for (const { name } of unread) console.log(`failed: ${relative(process.cwd(), name)}`)
  for (const line of failedOnce(results, "failed")) console.log(`failed: ${line}`)
  for (const line of flaky) console.log(`flaky: ${line}`)
  for (const line of slowestOf(results, Number(flags.slowest))) console.log(line)
}

await Promise.all(
  (isQuick ? quickLanes : allLanes).map(async (lane) => {
    for (const [task, proof] of lane) await gate(task, proof)
  }),
)
await tests()

for (const gate of notChecked) console.log(gate)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
