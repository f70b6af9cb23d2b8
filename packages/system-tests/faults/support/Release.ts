import { Effect } from "effect"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type App, makeApp } from "./App.ts"
import { makeNextRelease, type NextRelease } from "./NextRelease.ts"
import { inRepository, ownPort } from "./places.ts"

/** One release as it is deployed. */
export interface Release {
  /** Where its sources are. */
  readonly sources: string
  readonly url: string
  readonly api: App
  readonly workers: readonly [App, ...ReadonlyArray<App>]
}

/** An api and workers, not started. */
export const makeRelease = Effect.fnUntraced(function* (options: {
  readonly workers?: number
  readonly skewMs?: number
  readonly openFiles?: number | undefined
  readonly sources: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}) {
  const { env, folder, openFiles, sources } = options
  const worker = (index: number) =>
    Effect.gen(function* () {
      const port = yield* ownPort
      const skewMs = index === 0 ? (options.skewMs ?? 0) : 0
      const skew = `${pathToFileURL(inRepository("packages/system-tests/faults/support/skewClock.ts")).href}?ms=${skewMs}`
      return yield* makeApp({
        name: "worker",
        sources,
        folder,
        port,
        env: { ...env, WORKER_PORT: String(port) },
        openFiles,
        nodeFlags: skewMs === 0 ? [] : ["--import", skew],
      })
    })
  const port = yield* ownPort
  const apiEnv = { ...env, API_PORT: String(port) }
  const api = yield* makeApp({ name: "api", sources, folder, port, openFiles, env: apiEnv })
  const others = yield* Effect.forEach(
    Array.from({ length: (options.workers ?? 1) - 1 }, (_, index) => index + 1),
    worker,
  )
  const release: Release = {
    sources,
    url: `http://127.0.0.1:${port}`,
    api,
    workers: [yield* worker(0), ...others],
  }
  return release
})

/** The next release, as the files that a scenario changes in a copy of this one; not started. */
export const makeNext = Effect.fnUntraced(function* (
  next: NextRelease,
  env: Readonly<Record<string, string>>,
) {
  const sources = yield* makeNextRelease(next)
  // Its sources are gone afterwards, and so is what they were compiled to.
  const own = { NODE_COMPILE_CACHE: join(sources, ".compiled") }
  return yield* makeRelease({ sources, folder: sources, env: { ...env, ...own, ...next.env } })
})
