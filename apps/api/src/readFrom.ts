/** Says in `X-Read-From` where an answer was read: at the replica or at the primary. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { CurrentReadPlace, type ReadPlace } from "@lead-gateway/lead-store"
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"

/** The header, on answers of leads and statistics where a replica is configured; of several reads the last one counts. */
const readFromHeader = "X-Read-From"

/** Keeps where each request reads, and answers it. */
export const readFrom = HttpRouter.middleware(
  (answer) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const response = NodeHttpServerRequest.toServerResponse(request)
      const place: ReadPlace = {
        last: undefined,
        onRead: (at) => {
          if (!response.headersSent) response.setHeader(readFromHeader, at)
        },
      }
      return Effect.provideService(answer, CurrentReadPlace, place)
    }),
  { global: true },
)
