import { scratchFolder, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { makeSecrecy } from "./Secrecy.ts"

const inRepository = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))

/** An api as operators run it, ready, for the current scope. */
export const startProgram = Effect.fnUntraced(function* (env: Readonly<Record<string, string>>) {
  const api = yield* TestProcess.spawn({
    program: commandLine,
    args: ["api"],
    cwd: yield* scratchFolder({ migrations: inRepository("migrations"), config: inRepository("config") }),
    env: { API_HOST: "127.0.0.1", API_PORT: "0", QUEUE_TYPE: "database", ...env },
  })
  const line = yield* api.waitForLine("api is listening", { within: "60 seconds" })
  const port = Number(/"port":(\d+)/.exec(line)?.[1])
  yield* api.waitForLine("api is ready", { within: "60 seconds" })
  return { api, port, secrecy: makeSecrecy([]) }
})
