import { CurrentCorrelationId, LeadGatewayApi, LeadNotFound, OperatorApi } from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { isJsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { Effect, Layer, Result } from "effect"
import { HttpClient, HttpClientResponse, HttpServer } from "effect/http"
import { HttpApiClient, HttpApiTest } from "effect/http-api"
import { auth, operations, stats, summary } from "./world.ts"

describe("the typed client", () => {
  it.effect("gets dates, ids and errors back as the server had them", () =>
    Effect.gen(function* () {
      const client = yield* HttpApiTest.groups(OperatorApi, ["stats", "operations"])
      assert.deepStrictEqual(yield* client.stats.recent({ query: { limit: 1 } }), [summary])
      assert.strictEqual((yield* client.stats.counts()).REJECTED, 2)
      const missing = yield* Effect.flip(client.stats.history({ params: { id: LeadId.make(9) } }))
      assert.instanceOf(missing, LeadNotFound)
      assert.deepInclude(missing, { error: "lead not found", correlationId: "req-1" })
      const unavailable = yield* Effect.flip(client.stats.history({ params: { id: LeadId.make(4) } }))
      assert.deepInclude(unavailable, { _tag: "DatabaseUnavailable", retryAfterSeconds: 7 })
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.mergeAll(stats, operations).pipe(Layer.provideMerge([auth, HttpServer.layerServices])),
      ),
      Effect.provideService(CurrentCorrelationId, "req-1"),
    ),
  )

  it.effect("sends a lead with every digit", () =>
    Effect.gen(function* () {
      const text = '{"id":12345678901234567890}'
      const payload = Result.getOrThrow(parse(text))
      assert.isTrue(isJsonObject(payload))
      let sent = ""
      let key: string | undefined
      const client = yield* HttpApiClient.makeWith(LeadGatewayApi, {
        baseUrl: "http://localhost",
        httpClient: HttpClient.make((request) =>
          Effect.sync(() => {
            key = request.headers["idempotency-key"]
            sent =
              request.body._tag === "Uint8Array"
                ? new TextDecoder().decode(request.body.body)
                : request.body._tag
            const body = { lead_id: 123, status: "RECEIVED", correlation_id: "abc", duplicate: true }
            return HttpClientResponse.fromWeb(request, Response.json(body))
          }),
        ),
      })
      if (!isJsonObject(payload)) return
      const receipt = yield* client.intake.receive({ payload, headers: { "idempotency-key": "k-1" } })
      assert.deepStrictEqual(receipt, {
        leadId: LeadId.make(123),
        status: "RECEIVED",
        correlationId: "abc",
        duplicate: true,
      })
      assert.strictEqual(key, "k-1")
      assert.strictEqual(sent, stringify(payload))
      assert.strictEqual(sent, text)
    }),
  )
})
