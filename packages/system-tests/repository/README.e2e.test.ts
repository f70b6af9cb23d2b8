import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { scratchFolder, TestProcess } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { pathOf, read } from "./repository.ts"

const shell = promisify(execFile)

const example = "http://127.0.0.1:8080"

/** The commands of the tour, each with what the README says it prints. */
const tour = [...read("README.md").matchAll(/```sh\n(curl [^]*?)```\n[^]*?```json\n([^]*?)```/g)].map(
  ([, commands = "", promised = ""]) => ({ commands, promised }),
)

/** An answer as it is printed, in its order, with what differs from run to run made alike. */
const timeless = (text: string): string =>
  JSON.stringify(
    JSON.parse(
      text
        .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<time>"')
        .replaceAll(/"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '"<uuid>"')
        .replaceAll(/"duration_ms": ?\d+/g, '"duration_ms": 0'),
    ),
    undefined,
    2,
  )

describe("the README", () => {
  it.live("shows a tour whose every command prints what it says", () =>
    Effect.gen(function* () {
      const gateway = yield* TestProcess.spawn({
        program: pathOf("apps/cli/src/main.ts"),
        args: ["start"],
        cwd: yield* scratchFolder({ config: pathOf("config"), migrations: pathOf("migrations") }),
        env: { API_PORT: "0" },
      })
      // It stops its Postgres before the folder goes.
      yield* Effect.addFinalizer(() => Effect.andThen(gateway.kill("SIGTERM"), gateway.exited))
      const address = yield* gateway.waitForLine(/^ {2}address /, { within: "40 seconds" })
      const url = address.replace(/^ *address +/, "")
      // What a reader's eyes take a moment for, the test waits for.
      const afterwards = ["lead delivered", "lead rejected"]
      for (const [step, { commands, promised }] of tour.entries()) {
        const { stdout } = yield* Effect.promise(() => shell("sh", ["-c", commands.replaceAll(example, url)]))
        assert.strictEqual(timeless(stdout), timeless(promised))
        const line = afterwards[step]
        if (line !== undefined) yield* gateway.waitForLine(line)
      }
      assert.strictEqual(tour.length, 4)
    }).pipe(Effect.scoped),
  )
})
