/** How the rules in force see a stored lead, rule by rule. */
import { Schema } from "effect"
import { FlowVersions } from "./FlowInForce.ts"
import { AnyJson } from "./WireValue.ts"

const LooksAt = Schema.Literals(["raw", "normalized"])

/** A rule, and whether a lead meets it. */
export const LeadRule = Schema.Struct({
  index: Schema.Int.annotate({ description: "Its place in the rule set, from 0" }),
  id: Schema.NullOr(Schema.String),
  reason: Schema.String,
  severity: Schema.Literals(["reject", "flag"]),
  message: Schema.NullOr(Schema.String).annotate({ description: "The rule's sentence for people" }),
  condition: AnyJson.annotate({ description: "What it asks, as the rule set says it" }),
  isMet: Schema.Boolean,
  isReached: Schema.Boolean.annotate({
    description: "false: a rule before it rejects the lead, so that this one decides nothing",
  }),
  finding: Schema.NullOr(
    Schema.Struct({
      reason: Schema.String.annotate({
        description: "The rule's reason, or `MISSING_REQUIRED_FIELD`",
      }),
      field: Schema.String.annotate({ description: "The field that was looked at: `house.is_owner`" }),
      actual: Schema.String.annotate({ description: "What was there: `a number`, `absent`, `blank`" }),
      expected: Schema.String.annotate({ description: "What would have passed: `must be true`" }),
      explanation: Schema.String.annotate({ description: "Both in a sentence" }),
    }),
  ).annotate({ description: "Why it is not met; null if it is" }),
}).pipe(
  Schema.encodeKeys({ isMet: "met", isReached: "reached" }),
  Schema.annotateEncoded({ identifier: "LeadRule" }),
)
export type LeadRule = typeof LeadRule.Type

const versions = {
  rules: "5d0f5c1a7b3e",
  profile: "0b7f9a523c53",
  mapping: "8a3e2f8c7d1e",
  template: "9a103c534bb1",
}

/** All rules in force, and what they say of one lead. */
export const LeadRules = Schema.Struct({
  decidedWith: Schema.NullOr(AnyJson).annotate({
    description: "The versions of the documents that made the last decision; null while it waits for one",
  }),
  versions: FlowVersions,
  isAsDecided: Schema.Boolean.annotate({
    description: "Whether the rules in force, and the profile, are those that decided",
  }),
  looksAt: LooksAt.annotate({ description: "Which payload the rules see" }),
  decision: Schema.Literals(["READY", "REJECTED", "PARKED"]).annotate({
    description: "What the documents in force decide, at the time of the decision",
  }),
  reason: Schema.NullOr(Schema.String),
  rules: Schema.Array(LeadRule).annotate({
    description: "In the order of the rule set; of more than 200, unmet ones are kept first",
  }),
  leftOut: Schema.Int.annotate({ description: "How many more rules there are" }),
  missing: Schema.Array(Schema.String).annotate({
    description: "Fields that the customer's format needs and the lead lacks",
  }),
  passesAs: Schema.NullOr(LooksAt).annotate({
    description: "Of a rejected lead that meets the rules if they look at its other payload: that one",
  }),
}).pipe(
  Schema.encodeKeys({
    decidedWith: "decided_with",
    isAsDecided: "as_decided",
    looksAt: "looks_at",
    leftOut: "left_out",
    passesAs: "passes_as",
  }),
  Schema.annotateEncoded({
    identifier: "LeadRules",
    description: "How the rules in force see a lead. It has no value of the lead.",
    examples: [
      {
        decided_with: versions,
        versions,
        as_decided: true,
        looks_at: "raw",
        decision: "REJECTED",
        reason: "ZIP_NOT_66XXX",
        rules: [
          {
            index: 0,
            id: null,
            reason: "ZIP_NOT_66XXX",
            severity: "reject",
            message: null,
            condition: { field: "zipcode", operator: "pattern", pattern: "^66\\d{3}$" },
            met: false,
            reached: true,
            finding: {
              reason: "ZIP_NOT_66XXX",
              field: "zipcode",
              actual: "a text",
              expected: "must match ^66\\d{3}$",
              explanation: "zipcode must match ^66\\d{3}$, but this text does not",
            },
          },
        ],
        left_out: 0,
        missing: [],
        passes_as: "normalized",
      },
    ],
  }),
)
export type LeadRules = typeof LeadRules.Type
