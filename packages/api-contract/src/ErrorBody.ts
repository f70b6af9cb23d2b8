/** The body of every error, `{ "error", "correlation_id" }`: of the contract's own errors, and of the framework's. */
import { Cause, Context, Effect, Schema, type SchemaIssue, SchemaTransformation } from "effect"
import { HttpServerError, HttpServerResponse } from "effect/http"
import { HttpApiError, HttpApiSchema } from "effect/http-api"
import { makeIssueFormatter } from "./internal/issueFormatter.ts"

/**
 * The correlation id of the current request, for the bodies of errors.
 *
 * The app provides it for each request, with the same id as in the header `X-Correlation-ID`:
 * `Effect.provideService(answer, CurrentCorrelationId, id)`. Without it, bodies have `unknown`.
 */
export const CurrentCorrelationId: Context.Reference<string> = Context.Reference<string>(
  "@lead-gateway/api-contract/CurrentCorrelationId",
  { defaultValue: () => "unknown" },
)

/** The fields of an API error. */
export interface ApiErrorFields {
  /** A short text for people; no personal data. */
  readonly error: string
  /** Known to clients only: servers add it when they write the body. */
  readonly correlationId?: string | undefined
  /** The value of `Retry-After`, for errors that have this header; 5 unless set. */
  readonly retryAfterSeconds?: number | undefined
}

/** The body of every error. */
const ErrorBody = Schema.Struct({
  error: Schema.String.annotate({
    description: "What is wrong: a short text that quotes nothing of the lead",
  }),
  correlation_id: Schema.String.annotate({ description: "The same as in `X-Correlation-ID`" }),
}).annotate({
  identifier: "Error",
  examples: [{ error: "lead not found", correlation_id: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b" }],
})

/** A class of errors, its status, and its meaning. */
export interface ErrorKind<E> {
  readonly errorClass: new (fields: ApiErrorFields) => E
  readonly status: number
  readonly description: string
}

/** The answer to errors of a class: a status and the body of all errors. */
export const errorResponse = <E extends ApiErrorFields>({ errorClass, status, description }: ErrorKind<E>) =>
  ErrorBody.pipe(
    Schema.decodeTo(
      Schema.instanceOf(errorClass),
      SchemaTransformation.transformEffect({
        decode: ({ error, correlation_id }) =>
          Effect.succeed(new errorClass({ error, correlationId: correlation_id })),
        encode: ({ error }) =>
          Effect.map(CurrentCorrelationId, (correlation_id) => ({ error, correlation_id })),
      }),
    ),
  ).annotate({ httpApiStatus: status, description })

/** As {@link errorResponse}, with the header `Retry-After`. */
export const retryAfterResponse = <E extends ApiErrorFields>(kind: ErrorKind<E>) =>
  Schema.instanceOf(kind.errorClass).pipe(
    HttpApiSchema.encodeToWithHeaders(
      { body: errorResponse(kind), headers: { "retry-after": Schema.Int } },
      {
        decode: ({ body, headers }) =>
          new kind.errorClass({
            error: body.error,
            correlationId: body.correlationId,
            retryAfterSeconds: headers["retry-after"],
          }),
        encode: (error) => ({ body: error, headers: { "retry-after": error.retryAfterSeconds ?? 5 } }),
      },
    ),
  )

/** As {@link errorResponse}, with the header that a 401 must carry (RFC 9110, 11.6.1), for bearer tokens. */
export const challengeResponse = <E extends ApiErrorFields>(kind: ErrorKind<E>) =>
  Schema.instanceOf(kind.errorClass).pipe(
    HttpApiSchema.encodeToWithHeaders(
      { body: errorResponse(kind), headers: { "www-authenticate": Schema.String } },
      {
        decode: ({ body }) => body,
        encode: (error) => ({ body: error, headers: { "www-authenticate": "Bearer" } }),
      },
    ),
  )

/**
 * Gives a body to the errors that the HTTP framework answers without one.
 *
 * A request that does not match the contract is answered 400 with what is expected (`limit must be a whole number from 1
 * to 200`), a path with an invalid id 404 `lead not found` (`token not found`, where its schema's message is `the id of a
 * token`), an unknown path 404 `not found`, and everything
 * unexpected 500 `internal server error`. Only the last is logged.
 *
 * Wraps an app as `HttpRouter.toHttpEffect(routes)` makes it; the result never fails, but it can be interrupted. Not for
 * the `middleware` option of `HttpRouter.serve`, which runs after the framework has sent its answer.
 */
export const withErrorBodies = <E, R>(app: HttpApp<E, R>): HttpApp<never, R> =>
  app.pipe(
    Effect.flatMap((response) => (isBare(response) ? withBody(response.status) : Effect.succeed(response))),
    Effect.catchCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.interrupt : answer(cause))),
  )

/** Whether the framework refuses a body by its type or its size: in plain text, which repeats what was sent, or none. */
const isBare = ({ body, status }: HttpServerResponse.HttpServerResponse): boolean =>
  (status === 415 || status === 413) && (body._tag === "Empty" || body.contentType !== "application/json")

const withBody = Effect.fnUntraced(function* (status: number) {
  const correlation_id = yield* CurrentCorrelationId
  return HttpServerResponse.jsonUnsafe({ error: statusOnly(status).error, correlation_id }, { status })
})

type HttpApp<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

const answer = Effect.fnUntraced(function* (cause: Cause.Cause<unknown>) {
  const reason = Cause.squash(cause)
  if (HttpServerResponse.isHttpServerResponse(reason)) return reason
  const { status, error } = HttpApiError.HttpApiSchemaError.is(reason)
    ? mismatch(reason)
    : statusOnly((yield* HttpServerError.causeResponse(cause))[0].status)
  if (status >= 500) yield* Effect.logError("request failed", cause)
  const correlation_id = yield* CurrentCorrelationId
  return HttpServerResponse.jsonUnsafe({ error, correlation_id }, { status })
})

/** The answer when a part of the request, or of our own answer, does not match the contract. */
const mismatch = ({ kind, cause }: HttpApiError.HttpApiSchemaError): Answer => {
  switch (kind) {
    case "Params":
      return { status: 404, error: `${nounOf(cause.issue)} not found` }
    case "Query":
    case "Headers":
    case "Payload":
      return { status: 400, error: expectations(cause.issue) }
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
  415: "unsupported media type; send application/json",
}

const statusOnly = (status: number): Answer => {
  const error = texts[status]
  return error === undefined ? { status: 500, error: "internal server error" } : { status, error }
}

/** What a parameter of the path names, by its message: `lead` for `the id of a lead`. */
const nounOf = (issue: SchemaIssue.Issue): string =>
  /^the (?:id|name) of an? (\w+)/.exec(issuesOf(issue).issues[0]?.message ?? "")?.[1] ?? "lead"

const issuesOf = makeIssueFormatter()

/** How much of what is wrong an answer says: a body may have thousands of wrong keys, each as long as it likes. */
const mostIssues = 5
const mostCharacters = 64

/**
 * What each parameter must be, from the message of its schema. The value that was sent is not repeated, and of many
 * mistakes the first ones are named.
 */
const expectations = (issue: SchemaIssue.Issue): string => {
  const { issues } = issuesOf(issue)
  const texts = issues.slice(0, mostIssues).map(({ path = [], message }) => {
    if (path.length === 0) {
      return message === notJson ? "malformed JSON payload" : "the body must be a JSON object"
    }
    const whole = path.map(String).join(".")
    const name = whole.length > mostCharacters ? `${whole.slice(0, mostCharacters)}…` : whole
    return message === "Missing key" ? `${name} is missing` : `${name} must be ${message}`
  })
  const others = issues.length - texts.length
  return others === 0 ? texts.join("; ") : `${texts.join("; ")}; and ${others} more`
}

/** The framework's message for a body that is no JSON. */
const notJson = "Expected a valid JSON body"
