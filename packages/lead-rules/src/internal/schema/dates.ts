import { expected, textOf } from "@lead-gateway/document-check/schema"
import * as Schema from "effect/Schema"
import { momentOf } from "../moment.ts"

const expectedDate = "a date such as 2026-03-31, or a date and time such as 2026-03-31T14:30:00+02:00"

const dateForm =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/u

const IsoDate = textOf(dateForm, expectedDate)

const expectedSpan =
  "a whole number and a unit: minutes, hours, days, weeks, months or years, such as 18 years"

const Span = textOf(/^\d{1,4} (?:minute|hour|day|week|month|year)s?$/u, expectedSpan)

/** A fixed limit on a date. */
export const DateLimit = (description: string) =>
  Schema.optionalKey(
    IsoDate.annotate({ ...expected(expectedDate), description }).check(
      // A text of another form has been reported already.
      Schema.makeFilter(
        (text: string) => !dateForm.test(text) || !Number.isNaN(momentOf(text)) || `Expected ${expectedDate}`,
      ),
    ),
  )

/** A limit on a date relative to the time of evaluation. */
export const SpanLimit = (description: string) =>
  Schema.optionalKey(Span.annotate({ ...expected(expectedSpan), description }))
