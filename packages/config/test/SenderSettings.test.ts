import { assert, describe, it } from "@effect/vitest"
import * as Config from "@lead-gateway/config"
import { Duration, Effect, Option } from "effect"
import { diagnostics, load } from "./world.ts"

const read = (env: Record<string, string>) =>
  Effect.map(load(Config.apiSettings, env), ({ value: { senders } }) => senders)

describe("what senders may do", () => {
  it.effect("is, unless set, a key of a day in a header, and JSON", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({}), {
        idempotencyTtl: Duration.hours(24),
        idempotencyField: Option.none(),
        dedupeWindow: Option.none(),
        acceptForms: false,
      })
    }),
  )

  it.effect("is read", () =>
    Effect.gen(function* () {
      const senders = yield* read({
        IDEMPOTENCY_TTL: "720h",
        IDEMPOTENCY_FIELD: String.raw`lead.id\.of\.google`,
        DEDUPE_WINDOW: "5m",
        ACCEPT_FORMS: "yes",
      })
      assert.deepStrictEqual(senders, {
        idempotencyTtl: Duration.days(30),
        idempotencyField: Option.some(["lead", "id.of.google"]),
        dedupeWindow: Option.some(Duration.minutes(5)),
        acceptForms: true,
      })
      assert.deepStrictEqual((yield* read({ DEDUPE_WINDOW: "OFF" })).dedupeWindow, Option.none())
    }),
  )

  it.effect.each([
    ["IDEMPOTENCY_TTL", ["off", "0s", "999ms", "721h", "1d", "24"]],
    ["IDEMPOTENCY_FIELD", [".", "*", "leads.*.id", "a..b", ".a", "a.", "x".repeat(1001)]],
    ["DEDUPE_WINDOW", ["0s", "true", "999ms", "721h", "on"]],
    ["ACCEPT_FORMS", ["maybe"]],
  ] as const)("is refused: %s", ([name, texts]) =>
    Effect.forEach(texts, (text) =>
      Effect.map(diagnostics(Config.apiSettings, { [name]: text }), (lines) => {
        assert.lengthOf(lines, 1, text)
        assert.isTrue(lines[0]?.startsWith(`${name}: `), lines[0])
      }),
    ),
  )
})
