/**
 * Bodies for the errors that the HTTP framework answers with none.
 *
 * A request that does not fit the contract is answered 400 with what is allowed (`limit must be a whole
 * number from 1 to 200`), a path with an id that no lead can have 404 `lead not found`, a path that leads
 * nowhere 404 `not found`, and whatever is unforeseen 500 `internal server error`. Only the last is logged.
 */
import { Cause, Effect, SchemaIssue } from "effect"
import { HttpServerError, HttpServerResponse } from "effect/http"
import { HttpApiError } from "effect/http-api"
import { CurrentCorrelationId } from "./CurrentCorrelationId.ts"

/**
 * Wraps an HTTP app, as `HttpRouter.toHttpEffect(routes)` makes it. The result never fails; only interruption passes.
 *
 * Not for the `middleware` option of `HttpRouter.serve`: that one runs after the framework has sent its answer.
 */
export const withErrorBodies = <E, R>(app: HttpApp<E, R>): HttpApp<never, R> =>
  Effect.catchCause(app, (cause) => (Cause.hasInterruptsOnly(cause) ? Effect.interrupt : answer(cause)))

type HttpApp<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

const answer = Effect.fnUntraced(function* (cause: Cause.Cause<unknown>) {
  const reason = Cause.squash(cause)
  if (HttpServerResponse.isHttpServerResponse(reason)) return reason
  const { status, error } = HttpApiError.HttpApiSchemaError.is(reason)
    ? misfit(reason)
    : statusOnly((yield* HttpServerError.causeResponse(cause))[0].status)
  if (status >= 500) yield* Effect.logError("request failed", cause)
  const correlation_id = yield* CurrentCorrelationId
  return HttpServerResponse.jsonUnsafe({ error, correlation_id }, { status })
})

/** What does not fit the contract: a part of the request, or an answer of ours. */
const misfit = ({ kind, cause }: HttpApiError.HttpApiSchemaError): Answer => {
  switch (kind) {
    case "Params":
      return { status: 404, error: "lead not found" }
    case "Query":
    case "Headers":
    case "Payload":
      return { status: 400, error: sentences(cause.issue) }
    case "Body":
    case "ResponseHeaders":
      return statusOnly(500)
  }
}

interface Answer {
  readonly status: number
  readonly error: string
}

const texts: Readonly<Record<number, string>> = {
  400: "malformed request",
  404: "not found",
  413: "payload too large",
  415: "unsupported media type",
}

const statusOnly = (status: number): Answer => {
  const error = texts[status]
  return error === undefined ? { status: 500, error: "internal server error" } : { status, error }
}

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** Parameters say in their schema's message what is allowed; what was sent is not repeated. */
const sentences = (issue: SchemaIssue.Issue): string =>
  issuesOf(issue)
    .issues.map(({ path = [], message }) => `${path.map(String).join(".")} must be ${message}`)
    .join("; ")
