/** One lead for operators: its history, its deliveries, and all of it in sentences. */
import { Schema } from "effect"
import { historyExample, historyFields, historyKeys } from "./LeadHistory.ts"
import { Timestamp } from "./WireValue.ts"

/** A lead for a customer: the bytes that all attempts of it carry. */
export const Delivery = Schema.Struct({
  deliveryNo: Schema.Int.annotate({ description: "0, and one more for each replay" }),
  customer: Schema.NullOr(Schema.String).annotate({ description: "The customer's name" }),
  createdAt: Timestamp,
  idempotencyKey: Schema.String.annotate({ description: "The `Idempotency-Key` of all its attempts" }),
  attempts: Schema.Int.annotate({ description: "How many attempts were made for it" }),
}).pipe(
  Schema.encodeKeys({
    deliveryNo: "delivery_no",
    createdAt: "created_at",
    idempotencyKey: "idempotency_key",
  }),
  Schema.annotateEncoded({ identifier: "Delivery" }),
)
export type Delivery = typeof Delivery.Type

/** Everything that is known of one lead. */
export const LeadDetail = Schema.Struct({
  ...historyFields,
  isTest: Schema.Boolean.annotate({ description: "An operator sent it as a test" }),
  deliveries: Schema.Array(Delivery).annotate({
    description:
      "What was, or is, to be delivered, in order: one, and one more for each replay; the newest 50",
  }),
  explanation: Schema.Array(Schema.String).annotate({
    description: "What happened, in sentences and in order; the last one says what happens next",
  }),
}).pipe(
  Schema.encodeKeys({ ...historyKeys, isTest: "test" }),
  Schema.annotateEncoded({
    identifier: "LeadDetail",
    description:
      "One lead: the history, its deliveries, and an explanation. For viewers, every value of the lead is masked.",
    examples: [
      {
        ...historyExample,
        test: false,
        deliveries: [
          {
            delivery_no: 0,
            customer: "default",
            created_at: "2026-01-21T10:35:01Z",
            idempotency_key: "0b7f9a52-3c53-4bb1-8a3e-2f8c7d1e9a10",
            attempts: 1,
          },
        ],
        explanation: [
          "Received on 2026-01-21 at 10:35:00 UTC.",
          "It met all rules, was normalised and mapped for the customer.",
          "Attempt 1 on 2026-01-21 at 10:35:01 UTC: the customer took the lead (it answered 200 in 84 ms).",
          "Nothing follows: the customer has the lead.",
        ],
      },
    ],
  }),
)
export type LeadDetail = typeof LeadDetail.Type
