/** Leads that operators send again. */
import { LeadId, RejectionReason } from "@lead-gateway/lead"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import {
  Conflict,
  DatabaseUnavailable,
  InternalError,
  InvalidRequest,
  PayloadTooLarge,
  Unprocessable,
} from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { AnyJsonObject, TimeParameter } from "./WireValue.ts"

const absent = (keys: string) => `absent: the keys are ${keys}`

const reasonIs = "a reason such as NOT_HOMEOWNER: capital letters, digits and _, at most 64"
const statusIs = "one of REJECTED, FAILED, PERMANENTLY_FAILED, DELIVERED"
const idIs = "the id of a lead, a whole number from 1"
const idsAre = "a list of 1 to 10,000 ids of leads"

/** Which leads to send again: those that meet all that is given. */
export const ReplayFilter = Schema.Struct({
  status: Schema.optionalKey(
    Schema.Literals(["REJECTED", "FAILED", "PERMANENTLY_FAILED", "DELIVERED"]).annotate({
      message: statusIs,
    }),
  ),
  reason: Schema.optionalKey(RejectionReason.annotate({ message: reasonIs })),
  receivedFrom: Schema.optionalKey(TimeParameter),
  receivedBefore: Schema.optionalKey(TimeParameter),
}).pipe(
  Schema.encodeKeys({ receivedFrom: "received_from", receivedBefore: "received_before" }),
  Schema.annotateEncoded({
    identifier: "ReplayFilter",
    description:
      "At least one criterion. `FAILED` means parked leads; `received_from` is inclusive, `received_before` exclusive.",
    message: "an object with at least one of status, reason, received_from and received_before",
    messageUnexpectedKey: absent("status, reason, received_from and received_before"),
    examples: [{ status: "PERMANENTLY_FAILED", received_from: "2026-01-21T10:00:00Z" }],
  }),
)
export type ReplayFilter = typeof ReplayFilter.Type

const requestIdIs = "1 to 128 visible ASCII characters"

/** A request to send leads again: `ids` or a `filter`. */
export const NewReplay = Schema.Struct({
  requestId: Schema.String.annotate({ message: requestIdIs })
    .check(Schema.isPattern(/^[\x21-\x7E]{1,128}$/, { message: requestIdIs }))
    .pipe(Schema.annotateKey({ messageMissingKey: requestIdIs })),
  ids: Schema.optionalKey(
    Schema.Array(LeadId.annotate({ message: idIs }))
      .annotate({ message: idsAre })
      .check(Schema.makeFilter((ids) => ids.length >= 1 && ids.length <= 10_000, { message: idsAre })),
  ),
  filter: Schema.optionalKey(ReplayFilter),
  dryRun: Schema.optionalKey(Schema.Boolean.annotate({ message: "true or false" })),
  evenIfDelivered: Schema.optionalKey(Schema.Boolean.annotate({ message: "true or false" })),
  payloadPatch: Schema.optionalKey(
    AnyJsonObject.annotate({
      message: "a JSON object",
      description: "An RFC 7396 merge patch of the payload of one parked lead. Numbers keep every digit.",
    }),
  ),
}).pipe(
  Schema.encodeKeys({
    requestId: "request_id",
    dryRun: "dry_run",
    evenIfDelivered: "even_if_delivered",
    payloadPatch: "payload_patch",
  }),
  Schema.annotateEncoded({
    identifier: "NewReplay",
    messageUnexpectedKey: absent("request_id, ids, filter, dry_run, even_if_delivered and payload_patch"),
    examples: [
      { request_id: "ticket-7", ids: [42, 43], dry_run: true },
      { request_id: "ticket-8", ids: [44], payload_patch: { phone: "+49123456789" } },
    ],
  }),
)
export type NewReplay = typeof NewReplay.Type

/** Of the leads that a request names by `ids`, how many were left out, by the reason. */
const LeftOut = Schema.Struct({
  delivered: Schema.Int.annotate({ description: "The customer has them: `even_if_delivered` is not set" }),
  inFlight: Schema.Int.annotate({ description: "They are under way, or wait for a retry" }),
  notFound: Schema.Int.annotate({ description: "There is no such lead, or retention has removed it" }),
  other: Schema.Int.annotate({
    description:
      "They changed meanwhile, are not what the request is for, or the customer turned out to have them",
  }),
}).pipe(Schema.encodeKeys({ inFlight: "in_flight", notFound: "not_found" }))

/** What came of a request. */
export const ReplayResult = Schema.Struct({
  matched: Schema.NullOr(Schema.Int).annotate({
    description:
      "How many leads met the criteria when the request was first made; null if an earlier release made it",
  }),
  replayed: Schema.Int.annotate({
    description: "How many were sent back to be decided again, by all calls of this request; 0 of a dry run",
  }),
  leftOut: Schema.optionalKey(
    LeftOut.annotate({
      description: "Why leads of `ids` are not among them; absent if all are, and of requests with a filter",
    }),
  ),
  isComplete: Schema.Boolean.annotate({
    description: "false: there was not enough time for all leads; make the same request again to continue",
  }),
}).pipe(
  Schema.encodeKeys({ isComplete: "complete", leftOut: "left_out" }),
  Schema.annotateEncoded({
    identifier: "ReplayResult",
    examples: [
      { matched: 2, replayed: 2, complete: true },
      {
        matched: 0,
        replayed: 0,
        left_out: { delivered: 1, in_flight: 1, not_found: 0, other: 0 },
        complete: true,
      },
    ],
  }),
)
export type ReplayResult = typeof ReplayResult.Type

const create = HttpApiEndpoint.post("create", "/api/v1/replays", {
  payload: NewReplay,
  success: ReplayResult,
  error: [
    InvalidRequest.response,
    Conflict.response,
    PayloadTooLarge.response,
    Unprocessable.response,
    DatabaseUnavailable.response,
    InternalError.response,
  ],
})
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "Send leads again",
      description: [
        "A replayed lead is `RECEIVED` again, and is decided again by the rules in force then. `dry_run` counts and changes",
        "nothing. A request id counts once: the same request again answers the same, another one with its id 409.",
        "",
        "A delivered lead is sent again only with `even_if_delivered`; it has a new idempotency key then. `payload_patch`",
        "changes what one parked lead is decided on; the payload as received stays, and the history shows the change.",
        "A lead is `matched` and not `replayed` if it changed meanwhile, or if the customer turned out to have it.",
      ].join("\n"),
    }),
  )

/** `POST /api/v1/replays`: for operators. */
export class ReplaysGroup extends HttpApiGroup.make("replays")
  .add(create)
  .middleware(OperatorAuth)
  .annotateMerge(OpenApi.annotations({ title: "Replays", description: "Leads that are sent again." })) {}
