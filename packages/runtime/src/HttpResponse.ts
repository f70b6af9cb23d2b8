import { ServerResponse } from "node:http"
import type * as CorrelationId from "./CorrelationId.ts"

/**
 * Node's response, and the correlation id of its request.
 *
 * The id is a field, not a header that is set early: a head that is written at once costs Node half as much as one
 * that was begun by `setHeader`.
 */
export class HttpResponse extends ServerResponse {
  /** Set by the listener before a handler sees the response. */
  correlationId = "" as CorrelationId.CorrelationId
}
