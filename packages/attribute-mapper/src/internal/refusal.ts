import type { OmittedReason } from "../OmittedAttribute.ts"

/** Why a value is not sent. A class of its own, since every other kind of value may be one that is sent. */
export class Refusal {
  readonly reason: OmittedReason

  constructor(reason: OmittedReason) {
    this.reason = reason
  }
}

/** One for each reason: refusing costs no memory, so it may be done a thousand times a lead. */
export const refusals = {
  wrong_type: new Refusal("wrong_type"),
  blank: new Refusal("blank"),
  not_a_number: new Refusal("not_a_number"),
  not_an_allowed_value: new Refusal("not_an_allowed_value"),
  out_of_range: new Refusal("out_of_range"),
  not_formattable: new Refusal("not_formattable"),
  too_few_items: new Refusal("too_few_items"),
  too_many_items: new Refusal("too_many_items"),
} as const satisfies Record<OmittedReason, Refusal>
