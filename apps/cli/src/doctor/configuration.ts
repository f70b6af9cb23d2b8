import { Settings } from "@lead-gateway/config"
import { loadWithFlow } from "@lead-gateway/config/flow"
import { Effect, Record } from "effect"
import type { Server } from "../servers.ts"
import { shipped } from "../shipped.ts"
import { about, type Finding } from "./Finding.ts"

const { ok, wrong } = about("configuration")

/** Reads what a process reads at its start. */
const loaders: Readonly<
  Record<Server, () => Promise<Effect.Effect<Settings.Loaded<unknown>, Settings.SettingsInvalid>>>
> = {
  start: async () => loadWithFlow((await import("../gateway/Config.ts")).config, { shipped: shipped.config }),
  api: async () => Settings.load((await import("@lead-gateway/api")).config),
  worker: async () =>
    loadWithFlow((await import("@lead-gateway/worker")).config, { shipped: shipped.config }),
}

/** Every mistake in the environment, in `.env` and in the configuration files, as the process would tell them. */
export const lookAtConfiguration = Effect.fnUntraced(function* (
  server: Server,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const load = yield* Effect.promise(loaders[server])
  return yield* Effect.match(load, {
    onSuccess: ({ summary }) => [ok("settings", `${Record.size(summary)} are right`)],
    onFailure: ({ diagnostics }) => diagnostics.map(mistakeOf),
  })
})

/**
 * A line that settings or files tell: `.env: API_PORT: "x" is invalid; use a whole number from 0 to 65535` is found in
 * `.env`, and what comes after the semicolon is what to do.
 */
export const mistakeOf = (line: string): Finding => {
  const [, place = "", rest = ""] = /^(.*?): (.*)$/s.exec(line) ?? []
  const isVariable = /^[A-Z][A-Z0-9_]*$/.test(place)
  const [, what, advice] = /^(.*); ((?:use|set|make) .*)$/s.exec(isVariable ? line : rest) ?? []
  return wrong(
    isVariable ? "environment" : place,
    what ?? (isVariable ? line : rest),
    advice ?? (isVariable ? "set another value" : "correct it there, or name another file"),
  )
}
