import { Effect, Schema, SchemaTransformation } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { CurrentCorrelationId } from "../CurrentCorrelationId.ts"

/** What an error of the api holds. */
export interface ApiErrorFields {
  /** A short text for people; no personal data. */
  readonly error: string
  /** Known to clients only: servers add it when they write the body. */
  readonly correlationId?: string | undefined
  /** When to come again, where the answer says so; 5 unless set. */
  readonly retryAfterSeconds?: number | undefined
}

/** The body of every error. */
const ErrorBody = Schema.Struct({
  error: Schema.String.annotate({ description: "What is wrong, in a few words" }),
  correlation_id: Schema.String.annotate({ description: "The same as in `X-Correlation-ID`" }),
}).annotate({
  identifier: "Error",
  examples: [{ error: "lead not found", correlation_id: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b" }],
})

/** A class of errors, its status, and what it means. */
export interface ErrorKind<E> {
  readonly errorClass: new (fields: ApiErrorFields) => E
  readonly status: number
  readonly description: string
}

/** How errors of a class are answered. */
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

/** The same with the header `Retry-After`. */
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

/** The same with the header that a 401 must carry (RFC 9110, 11.6.1), for bearer tokens. */
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
