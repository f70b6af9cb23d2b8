import { assert, describe, layer } from "@effect/vitest"
import { stringify } from "@lead-gateway/lossless-json"
import { Effect } from "effect"
import { endAll } from "./support/ends.ts"
import { ask, assertError, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { World, type WorldShape } from "./support/World.ts"

const replay = (world: WorldShape, body: unknown) =>
  ask(world, {
    method: "POST",
    path: "/api/v1/replays",
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  })

/** Those that are left out, for no reason unless one is given. */
const none = { delivered: 0, in_flight: 0, not_found: 0, other: 0 }

const answered = (
  world: WorldShape,
  body: unknown,
  matched: number,
  replayed: number,
  leftOut?: Partial<typeof none>,
) =>
  Effect.map(replay(world, body), (answer) =>
    assert.deepStrictEqual(
      [answer.status, JSON.parse(answer.text)],
      [200, { matched, replayed, complete: true, ...(leftOut && { left_out: { ...none, ...leftOut } }) }],
    ),
  )

const statusOf = (world: WorldShape, id: number) =>
  Effect.map(
    world.sql<{ status: string }>`SELECT status FROM inbound_lead WHERE id = ${id}`,
    ([row]) => row?.status,
  )

layer(World.layer(), { excludeTestServices: true })("replays", (it) => {
  it.effect("are counted first, carried out once, and audited", () =>
    Effect.gen(function* () {
      const world = yield* World
      const ids = yield* Effect.replicateEffect(postLead(world, leadText), 3)
      yield* endAll(world, "rejected")
      const request = {
        request_id: "ticket-7",
        filter: { status: "REJECTED", reason: "MISSING_REQUIRED_FIELD" },
      }
      yield* answered(world, { ...request, dry_run: true }, 3, 0)
      assert.strictEqual(yield* statusOf(world, ids[0] ?? 0), "REJECTED")
      yield* answered(world, request, 3, 3)
      assert.strictEqual(yield* statusOf(world, ids[0] ?? 0), "RECEIVED")
      yield* endAll(world, "rejected")
      yield* answered(world, request, 3, 3)
      assert.strictEqual(yield* statusOf(world, ids[0] ?? 0), "REJECTED")
      assertError(
        yield* replay(world, { request_id: "ticket-7", ids }),
        409,
        "request_id was used before, with another request",
      )
      const audit = yield* ask(world, { path: "/api/v1/audit?subject=ticket-7" })
      const { data } = JSON.parse(audit.text) as { readonly data: ReadonlyArray<object> }
      assert.lengthOf(data, 1)
      assert.deepInclude(data[0], { operator: "anonymous", via: "open", action: "lead.replay" })
    }),
  )

  it.effect("say why leads that they name are left out, before and after, and when they are made again", () =>
    Effect.gen(function* () {
      const world = yield* World
      const post = Effect.fnUntraced(function* (end: "delivered" | "rejected" | "parked") {
        const id = yield* postLead(world, leadText)
        yield* endAll(world, end)
        return id
      })
      const delivered = yield* post("delivered")
      const rejected = yield* post("rejected")
      const parked = yield* post("parked")
      const underWay = yield* postLead(world, leadText)
      const request = {
        request_id: "l-1",
        ids: [delivered, rejected, parked, underWay, 999_999_999, underWay],
      }
      const leftOut = { delivered: 1, in_flight: 1, not_found: 1 }
      yield* answered(world, { ...request, dry_run: true }, 2, 0, leftOut)
      yield* answered(world, request, 2, 2, leftOut)
      yield* answered(world, request, 2, 2, leftOut)
      yield* answered(world, { ...request, request_id: "l-2" }, 0, 0, {
        delivered: 1,
        in_flight: 3,
        not_found: 1,
      })
      const evenIfDelivered = { request_id: "l-3", ids: [delivered], even_if_delivered: true }
      yield* answered(world, { ...evenIfDelivered, dry_run: true }, 1, 0)

      const again = yield* post("rejected")
      const patch = { request_id: "l-4", ids: [again], payload_patch: { phone: "+49123456789" } }
      yield* answered(world, { ...patch, dry_run: true }, 0, 0, { other: 1 })
      yield* answered(world, patch, 0, 0, { other: 1 })
      yield* endAll(world, "rejected")
    }),
  )

  it.effect("send a delivered lead again only when they say so", () =>
    Effect.gen(function* () {
      const world = yield* World
      const id = yield* postLead(world, leadText)
      yield* endAll(world, "delivered")
      assert.strictEqual(yield* statusOf(world, id), "DELIVERED")
      yield* answered(world, { request_id: "d-1", ids: [id] }, 0, 0, { delivered: 1 })
      yield* answered(world, { request_id: "d-2", ids: [id], even_if_delivered: true }, 1, 1)
      assert.strictEqual(yield* statusOf(world, id), "RECEIVED")
      yield* endAll(world, "delivered")
      assert.strictEqual(yield* statusOf(world, id), "DELIVERED")
    }),
  )

  it.effect("patch what a parked lead is decided on, digit for digit", () =>
    Effect.gen(function* () {
      const world = yield* World
      const id = yield* postLead(world, '{"phone":"","zipcode":"66123"}')
      yield* endAll(world, "parked")
      const body = `{"request_id":"p-1","ids":[${id}],"payload_patch":{"phone":"+49123456789","ref":12345678901234567890}}`
      yield* answered(world, `${body.slice(0, -1)},"dry_run":true}`, 1, 0)
      yield* answered(world, body, 1, 1)
      const [lead] = yield* endAll(world, "parked")
      assert(lead?._tag === "Undecided")
      assert.strictEqual(
        stringify(lead.payload),
        '{"phone":"+49123456789","zipcode":"66123","ref":12345678901234567890}',
      )
      const { text } = yield* ask(world, { path: `/stats/leads/${id}/history` })
      assert.include(text, '"raw_payload":{"phone":"","zipcode":"66123"}')
      assert.include(
        text,
        '"type":"patched","details":{"request":"p-1","by":"anonymous","via":"open","patch":{"phone":"+49123456789","ref":12345678901234567890}}',
      )
      assertError(
        yield* replay(world, body.replace("456789", "456780")),
        409,
        "request_id was used before, with another request",
      )
      assert.notInclude((yield* ask(world, { path: "/api/v1/audit" })).text, "+49123456789")
    }),
  )

  describe("are made only of what is meant", () => {
    const ids = [1]
    const wrong: ReadonlyArray<readonly [body: unknown, status: number, error: string]> = [
      [{ ids }, 400, "request_id must be 1 to 128 visible ASCII characters"],
      [{ request_id: "a b", ids }, 400, "request_id must be 1 to 128 visible ASCII characters"],
      [{ request_id: "a" }, 400, "give either ids or a filter"],
      [{ request_id: "a", ids, filter: { status: "FAILED" } }, 400, "give either ids or a filter"],
      [{ request_id: "a", ids: [] }, 400, "ids must be a list of 1 to 10,000 ids of leads"],
      [
        { request_id: "a", filter: {} },
        400,
        "filter must have at least one of status, reason, received_from, received_before",
      ],
      [
        { request_id: "a", filter: { status: "READY" } },
        400,
        "filter.status must be one of REJECTED, FAILED, PERMANENTLY_FAILED, DELIVERED",
      ],
      [
        { request_id: "a", filter: { status: "DELIVERED" } },
        400,
        "filter.status DELIVERED needs even_if_delivered: true",
      ],
      ...["yesterday", "0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z"].map(
        (received_from): (typeof wrong)[number] => [
          { request_id: "a", filter: { received_from } },
          400,
          "filter.received_from must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21",
        ],
      ),
      [
        { request_id: "a", filter: { states: "FAILED" } },
        400,
        "filter.states must be absent: the keys are status, reason, received_from and received_before",
      ],
      [
        { request_id: "a", ids, dryrun: true },
        400,
        "dryrun must be absent: the keys are request_id, ids, filter, dry_run, even_if_delivered and payload_patch",
      ],
      [{ request_id: "a", ids, dry_run: "yes" }, 400, "dry_run must be true or false"],
      [
        { request_id: "a", ids: [1, 2], payload_patch: {} },
        400,
        "payload_patch is for one lead: give one of ids",
      ],
      [
        { request_id: "a", ids, payload_patch: {}, even_if_delivered: true },
        400,
        "payload_patch is for a parked lead: leave even_if_delivered out",
      ],
      [{ request_id: "a", ids, payload_patch: [1] }, 400, "payload_patch must be a JSON object"],
      [
        { request_id: "a", ids, payload_patch: { a: "x".repeat(70_000) } },
        422,
        "payload_patch is longer than 65,536 bytes",
      ],
      ["{", 400, "malformed JSON payload"],
      ["[]", 400, "the body must be a JSON object"],
    ]

    it.effect.each(
      wrong.map(([body, status, error]) => ({
        body,
        status,
        error,
        sent: JSON.stringify(body).slice(0, 80),
      })),
    )("$sent: $status", ({ body, error, status }) =>
      Effect.gen(function* () {
        assertError(yield* replay(yield* World, body), status, error)
      }),
    )
  })
})
