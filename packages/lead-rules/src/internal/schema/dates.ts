import { expected, textOf } from "@lead-gateway/document-check"
import { Schema } from "effect"
import { momentOf } from "../moment.ts"

const dateWords = "a date such as 2026-03-31, or a date and time such as 2026-03-31T14:30:00+02:00"

const dateForm =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/u

const IsoDate = textOf(dateForm, dateWords)

const ageWords = "a whole number and a unit: minutes, hours, days, weeks, months or years, such as 18 years"

const Span = textOf(/^\d{1,4} (?:minute|hour|day|week|month|year)s?$/u, ageWords)

/** A limit of a date that does not depend on when it is looked at. */
export const DateLimit = (description: string) =>
  Schema.optionalKey(
    IsoDate.annotate({ ...expected(dateWords), description }).check(
      // Of another form has been told already.
      Schema.makeFilter(
        (text: string) => !dateForm.test(text) || !Number.isNaN(momentOf(text)) || `Expected ${dateWords}`,
      ),
    ),
  )

/** A limit of a date that moves with the time at which it is looked at. */
export const SpanLimit = (description: string) =>
  Schema.optionalKey(Span.annotate({ ...expected(ageWords), description }))
