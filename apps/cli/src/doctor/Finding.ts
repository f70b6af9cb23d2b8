/** A finding of the doctor: where, what, and what to do about it. It contains no secret and no data of a lead. */
import { oneLine } from "@lead-gateway/document-check"
import { styleText } from "node:util"

/** The subject of a check. */
export type Subject = "configuration" | "files" | "disk" | "database" | "clock" | "queue" | "customer"

/** One finding. */
export interface Finding {
  readonly subject: Subject
  /** `warning`: it works, but needs attention. `wrong`: it does not work, or soon will not. */
  readonly level: "ok" | "warning" | "wrong"
  /** A setting, a file, a folder or a server. */
  readonly where: string
  readonly what: string
  /** What to do about it; empty for `ok`. */
  readonly advice: string
}

/** Constructors of findings about one subject. */
export const about = (subject: Subject) => ({
  ok: (where: string, what: string): Finding => ({ subject, level: "ok", where, what, advice: "" }),
  warning: (where: string, what: string, advice: string): Finding => ({
    subject,
    level: "warning",
    where,
    what,
    advice,
  }),
  wrong: (where: string, what: string, advice: string): Finding => ({
    subject,
    level: "wrong",
    where,
    what,
    advice,
  }),
})

const colours = { ok: "green", warning: "yellow", wrong: "red" } as const

/** A finding as text: a line, and a second line with the advice. In colour where standard output is a terminal. */
export const printFinding = ({ advice, level, subject, what, where }: Finding): string => {
  const line = `${styleText(colours[level], level.padEnd(8))} ${subject.padEnd(14)} ${oneLine(`${where}: ${what}`)}`
  return advice === "" ? line : `${line}\n${" ".repeat(24)}-> ${oneLine(advice)}`
}

/** The number of findings by level: `2 wrong, 1 warning`. */
export const printTotal = (findings: ReadonlyArray<Finding>): string => {
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length
  const [wrong, warnings] = [count("wrong"), count("warning")]
  if (wrong + warnings === 0) return "nothing is wrong"
  return `${wrong} wrong, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`
}
