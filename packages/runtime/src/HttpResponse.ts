import { ServerResponse } from "node:http"
import type * as CorrelationId from "./CorrelationId.ts"

/**
 * Node's response, and the correlation id of its request.
 *
 * The id is a field and not a header set in advance: writing all headers at once costs Node half as much as starting with
 * `setHeader`.
 */
export class HttpResponse extends ServerResponse {
  /** Set by the listener before a handler sees the response. */
  correlationId = "" as CorrelationId.CorrelationId
}
