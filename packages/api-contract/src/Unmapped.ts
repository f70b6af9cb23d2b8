/** Answers that the mapping does not know. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError, InvalidRequest } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { pageOf, pageQuery } from "./Page.ts"
import { Timestamp } from "./WireValue.ts"

const Place = Schema.Struct({ count: Schema.Int, id: Schema.Int })

/** An answer to a dropdown that is none of its values. */
export const UnmappedAnswer = Schema.Struct({
  attribute: Schema.String,
  value: Schema.NullOr(Schema.String).annotate({
    description:
      "null: all other answers to the attribute: beyond 1,000 different ones, longer than 200 characters, or like an e-mail " +
      "address or a phone number",
  }),
  count: Schema.Int,
  firstSeen: Timestamp,
  lastSeen: Timestamp.annotate({ description: "Exact to some seconds" }),
}).pipe(
  Schema.encodeKeys({ firstSeen: "first_seen", lastSeen: "last_seen" }),
  Schema.annotateEncoded({ identifier: "UnmappedAnswer" }),
)
export type UnmappedAnswer = typeof UnmappedAnswer.Type

/** A page of answers. */
export const UnmappedPage = pageOf({
  item: UnmappedAnswer,
  key: Place,
  identifier: "UnmappedPage",
  examples: [
    {
      data: [
        {
          attribute: "solar_offer_type",
          value: "Leasing",
          count: 412,
          first_seen: "2026-01-14T08:12:09Z",
          last_seen: "2026-01-21T10:35:00Z",
        },
      ],
      next_cursor: null,
    },
  ],
})

const attributeIs = "the name of an attribute, 1 to 200 characters"

const list = HttpApiEndpoint.get("list", "/api/v1/unmapped", {
  query: {
    ...pageQuery(Place),
    attribute: Schema.optionalKey(
      Schema.String.annotate({ message: attributeIs }).check(
        Schema.makeFilter((text) => text.length >= 1 && text.length <= 200 && !text.includes("\0"), {
          message: attributeIs,
        }),
      ),
    ),
  },
  success: UnmappedPage,
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "Answers that the mapping does not know",
      description:
        "What leads that met the rules answered to dropdowns and is none of their values, the most frequent first: what the " +
        "mapping lacks. Counted by workers when they decide, and shown some seconds later.",
    }),
  )

/** `GET /api/v1/unmapped`: for operators, since answers are values of leads. */
export class UnmappedGroup extends HttpApiGroup.make("unmapped")
  .add(list)
  .middleware(OperatorAuth)
  .annotateMerge(OpenApi.annotations({ title: "Unmapped", description: "What the mapping lacks." })) {}
