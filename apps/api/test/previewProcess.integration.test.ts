import { assert, describe, it } from "@effect/vitest"
import type { PreviewProgram } from "@lead-gateway/api"
import { Defect } from "@lead-gateway/runtime"
import { Cause, Duration, Effect, Fiber } from "effect"
import { readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import {
  type Ask,
  defaultLimits,
  makePreviewProcess,
  type PreviewLimits,
} from "../src/preview/PreviewProcess.ts"
import { children, waitedForMs } from "./support/children.ts"
import { lead } from "./support/leads.ts"
import { longDraft } from "./support/longDraft.ts"

const document = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../config/${name}`, import.meta.url), "utf8"))

const program: PreviewProgram = {
  file: fileURLToPath(new URL("support/previewProcess.ts", import.meta.url)),
  execArgv: ["--conditions=@lead-gateway/source"],
}

const hostile = { ...program, file: fileURLToPath(new URL("support/hostilePreviews.ts", import.meta.url)) }

const makePreviews = (limits: Partial<PreviewLimits> = {}, which = program) =>
  makePreviewProcess(
    which,
    {
      documents: JSON.stringify({
        rules: document("lead_rules.json"),
        profile: document("normalizer_profile.json"),
        mapping: document("customer_attribute_mapping.json"),
        template: document("customer_payload_template.json"),
      }),
      constants: { "product.name": "solar_panel_installation" },
      deliveryMetadataNames: ["lead_id", "correlation_id", "idempotency_key"],
      versions: { rules: "1", profile: "1", mapping: "1", template: "1" },
    },
    { ...defaultLimits, turn: Duration.minutes(1), ...limits },
  )

/** Explains the lead by drafts. */
const explain = (drafts: object) =>
  Effect.fnUntraced(function* (ask: Ask) {
    yield* ask({ _tag: "Open", body: new TextEncoder().encode(JSON.stringify({ payload: lead, ...drafts })) })
    return (yield* ask({ _tag: "Explain", nowMs: 0 })).json
  })

const until = (isSo: () => boolean) =>
  Effect.promise(async () => {
    while (!isSo()) await setTimeout(50)
  })

/** A process loads its modules anew, which takes seconds on a busy machine. */
const timeout = 120_000

describe("the preview process", { timeout }, () => {
  it.live("starts with the first job, serves the next ones, and ends when there is none", () =>
    Effect.gen(function* () {
      const previews = yield* makePreviews({ idle: Duration.millis(100) })
      const before = children()
      for (const zipcode of ["66123", "12345"]) {
        const json = yield* previews.job(explain({ payload: { ...lead, zipcode } }))
        assert.include(json, zipcode === "66123" ? '"decision":"READY"' : '"reason":"ZIP_NOT_66XXX"')
      }
      yield* until(() => children() === before)
      assert.include(yield* previews.job(explain({})), '"decision":"READY"')
    }).pipe(Effect.scoped),
  )

  it.live("ends with its scope", () =>
    Effect.gen(function* () {
      const before = children()
      yield* Effect.scoped(Effect.flatMap(makePreviews(), (previews) => previews.job(explain({}))))
      assert.strictEqual(children(), before)
    }),
  )

  it.live.each([
    ["too long", "endless", "the drafts take longer than 1 s", Duration.seconds(1)],
    ["too much memory", "boundless", "the drafts take more memory than 48 MiB", Duration.minutes(1)],
    ["too much memory at once", "voracious", "the drafts take more memory than 48 MiB", Duration.minutes(1)],
  ] as const)("gives up a draft that takes %s, and serves the next request", ([, rules, error, answer]) =>
    Effect.gen(function* () {
      const previews = yield* makePreviews({ answer, heapMegabytes: 48 }, hostile)
      const refused = yield* Effect.flip(previews.job(explain({ rules })))
      assert.propertyVal(refused, "_tag", "Unprocessable")
      assert.propertyVal(refused, "error", error)
      assert.strictEqual(yield* previews.job(explain({})), "{}")
    }).pipe(Effect.scoped),
  )

  it.live("passes a bug on, and serves the next request", () =>
    Effect.gen(function* () {
      const previews = yield* makePreviews({}, hostile)
      const cause = yield* Effect.flip(Effect.sandbox(previews.job(explain({ rules: "throws" }))))
      assert.include(Defect.describe(Cause.squash(cause)), "TypeError")
      assert.strictEqual(yield* previews.job(explain({})), "{}")
    }).pipe(Effect.scoped),
  )

  it.live("is ended by whoever stops waiting for it, so that nobody else waits for that job", () =>
    Effect.gen(function* () {
      const previews = yield* makePreviews()
      yield* previews.job(explain({}))
      const abandoned = yield* Effect.forkChild(previews.job(explain({ rules: longDraft })))
      const next = yield* Effect.forkChild(previews.job(explain({})))
      yield* Effect.sleep(Duration.millis(200))
      yield* Fiber.interrupt(abandoned)
      assert.include(yield* Fiber.join(next), '"decision":"READY"')
    }).pipe(Effect.scoped),
  )

  it.live("forgets at once who leaves while it waits for its turn", () =>
    Effect.gen(function* () {
      const previews = yield* makePreviews({ requests: 2 })
      const busy = yield* Effect.forkChild(previews.job(() => Effect.never))
      yield* Effect.sleep(Duration.millis(10))
      const waiting = yield* Effect.forkChild(previews.admit(previews.job(explain({}))))
      yield* Effect.sleep(Duration.millis(10))
      yield* Effect.timeout(Fiber.interrupt(waiting), "5 seconds")
      yield* Effect.andThen(previews.admit(previews.admit(Effect.void)), Fiber.interrupt(busy))
      assert.include(yield* previews.job(explain({})), '"decision":"READY"')
    }).pipe(Effect.scoped),
  )

  it.live("admits a bounded number of requests, and lets none wait for ever", () =>
    Effect.gen(function* () {
      const previews = yield* makePreviews({ requests: 2, turn: Duration.millis(50) })
      const busy = yield* Effect.forkChild(previews.admit(previews.job(() => Effect.never)))
      yield* Effect.sleep(Duration.millis(10))
      const waiting = yield* Effect.forkChild(Effect.flip(previews.admit(previews.job(explain({})))))
      yield* Effect.sleep(Duration.millis(10))
      const error = "too many previews at once"
      assert.propertyVal(yield* Effect.flip(previews.admit(Effect.void)), "error", error)
      assert.propertyVal(yield* Fiber.join(waiting), "error", error)
      yield* previews.admit(Effect.void)
      yield* Fiber.interrupt(busy)
      assert.include(yield* previews.admit(previews.job(explain({}))), '"decision":"READY"')
    }).pipe(Effect.scoped),
  )

  it.live("computes nothing on the event loop of webhooks", () =>
    Effect.gen(function* () {
      const before = process.cpuUsage()
      const waitedForBefore = waitedForMs()
      yield* Effect.scoped(
        Effect.flatMap(makePreviews({ answer: Duration.minutes(5) }), (previews) =>
          previews.job(explain({ rules: longDraft })),
        ),
      )
      const { system, user } = process.cpuUsage(before)
      assert.isBelow((user + system) / 1000, (waitedForMs() - waitedForBefore) / 4)
    }),
  )
})
