import { oneLine, printValue, wrongCall } from "@lead-gateway/document-check"
import type { Finding } from "@lead-gateway/lead-rules"
import { type JsonObject, stringify } from "@lead-gateway/lossless-json"
import { type Change, maxChanges } from "@lead-gateway/normalizer"
import type { Explanation, RulesStep, Step, UnreadField } from "./Explanation.ts"
import type { OtherView, Reading } from "./otherView.ts"

/** How a piece of text is meant: it went well, it did not, it is worth a look, it matters less, it matters most. */
export type Tone = "good" | "bad" | "notable" | "quiet" | "strong"

/** Gives a text a look, such as a colour of a terminal. */
export type Style = (tone: Tone, text: string) => string

const plain: Style = (_, text) => text

/**
 * Prints an explanation as text, a line for each thing that a person wants to know.
 *
 * A `style` may colour it: `(tone, text) => text` is the default. It holds what the explanation holds: values only
 * if they were asked for. What cannot be seen in a lead's keys or values is shown by its code.
 */
export const printExplanation = (
  explanation: Explanation,
  { style = plain }: { readonly style?: Style } = {},
): string => {
  const given: unknown = (explanation as Explanation | null | undefined)?.steps
  if (!Array.isArray(given)) {
    throw wrongCall("printExplanation", "explanation", explanation, "what explain returns")
  }
  const { decision, reason, steps } = explanation
  const title = style(decision === "Ready" ? "good" : "bad", decision.toUpperCase())
  return [
    reason === null ? title : `${title} ${style("strong", reason)}`,
    ...steps.flatMap((step) => linesOf(step, style)),
  ].join("\n")
}

const linesOf = (step: Step, style: Style): ReadonlyArray<string> => {
  const head = (name: string, summary: string) =>
    `  ${style("strong", name.padEnd(10))} ${summary} ${style("quiet", `(version ${step.version})`)}`
  const item = (tone: Tone, mark: string, text: string) => `    ${style(tone, mark)} ${text}`
  switch (step.step) {
    case "rules":
      return [
        head("rules", metIn(step)),
        ...step.findings.map((finding) => item("bad", "✗", printFinding(finding, style))),
        ...step.flags.map((finding) => item("notable", "!", printFinding(finding, style))),
        ...(step.other_view === undefined ? [] : [item("notable", "→", printOtherView(step.other_view))]),
      ]
    case "normalise":
      return [
        head(
          "normalise",
          `${count(step.changes.length, "change")}${step.changes.length < maxChanges ? "" : " or more"}`,
        ),
        ...step.changes.map((change) => item("good", "~", printChange(change, style))),
        ...step.unread.map((unread) => item("notable", "?", printUnread(unread, style))),
      ]
    case "map":
      return [
        head(
          "map",
          `${count(step.sent.length, "attribute")} sent, ${step.omitted.length} not valid, ${step.absent.length} not in the lead`,
        ),
        ...step.sent.map((name) => item("good", "✓", oneLine(name))),
        ...step.omitted.map(({ index, name, reason, value }) =>
          item(
            "bad",
            "✗",
            oneLine(
              `${name}${index === undefined ? "" : `.${index}`}: ${reason}${value === undefined ? "" : ` ${printValue(value)}`}`,
            ),
          ),
        ),
        ...(step.absent.length === 0
          ? []
          : [item("quiet", "·", style("quiet", oneLine(beginningOf(step.absent))))]),
      ]
    case "payload":
      return [
        head("payload", step.missing.length === 0 ? "complete" : `lacks ${step.missing.join(", ")}`),
        ...step.left_out.map(({ path, reason }) =>
          item("quiet", "·", style("quiet", oneLine(`${path}: ${reason}`))),
        ),
        ...(step.payload === undefined ? [] : indented(printPayload(step.payload))),
      ]
  }
}

const metIn = ({ findings, flags, looks_at, met }: RulesStep): string => {
  const counts = `${met} of ${met + findings.length + flags.length} met`
  return looks_at === "raw" ? counts : `${counts} by the normalised payload`
}

/** `with "looks_at": "normalized" it would be accepted: zipcode "66123 " is read as "66123"`. */
const printOtherView = ({ looks_at, readings }: OtherView): string =>
  `with "looks_at": "${looks_at}" it would be accepted${readings.length === 0 ? "" : `: ${readings.map(printReading).join("; ")}`}`

const printReading = (reading: Reading): string => {
  const { from, kind, path } = reading
  const field = oneLine(path)
  if (!("after" in reading)) {
    return from === undefined
      ? `${field} is read as ${kind ?? "another value"}`
      : `${field} is read from ${oneLine(from)}`
  }
  const before = `${from === undefined ? field : `${field} from ${oneLine(from)}`} ${printValue(reading.before)}`
  return `${before} is read as ${printValue(reading.after)}`
}

const printFinding = ({ explanation, message, reason }: Finding, style: Style): string =>
  `${style("strong", reason)} ${oneLine(explanation)}${message === undefined ? "" : ` ${style("quiet", oneLine(message))}`}`

const printChange = ({ after, before, from, kind, path }: Change, style: Style): string => {
  if (kind === "not_moved" && from !== undefined) {
    const value = before === undefined ? [] : [printValue(before)]
    return [oneLine(from), ...value, style("quiet", oneLine(`stays: ${path} has another value`))].join("  ")
  }
  return [
    oneLine(from === undefined ? path : `${from} → ${path}`),
    ...(before === undefined || after === undefined ? [] : [printValues(before, after)]),
    style("quiet", kind),
  ].join("  ")
}

const printUnread = ({ kind, path, value }: UnreadField, style: Style): string =>
  [
    oneLine(path),
    ...(value === undefined ? [] : [printValue(value)]),
    style("quiet", `cannot be read as ${kind}: kept as it came`),
  ].join("  ")

/** A value before and after; once where it is the same, as that of most moves. */
const printValues = (before: unknown, after: unknown): string => {
  const [one, other] = [printValue(before), printValue(after)]
  return Object.is(before, after) ? one : `${one} → ${other}`
}

/** As JSON; a payload that is none, since it holds a `bigint` or itself, in short. */
const printPayload = (payload: JsonObject): string => {
  try {
    return stringify(payload, 2)
  } catch {
    return printValue(payload)
  }
}

/** The first names of a list, and how many more there are. */
const beginningOf = (names: ReadonlyArray<string>): string =>
  names.length <= maxNames
    ? names.join(", ")
    : `${names.slice(0, maxNames).join(", ")} and ${names.length - maxNames} more`

const maxNames = 5

const count = (many: number, what: string) => `${many} ${what}${many === 1 ? "" : "s"}`

/** JSON over several lines, of which each stays the line that it is. */
const indented = (json: string): ReadonlyArray<string> =>
  json.split("\n").map((line) => `    ${oneLine(line)}`)
