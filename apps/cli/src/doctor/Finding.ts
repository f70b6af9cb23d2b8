/** What the doctor finds: where, what, and what to do about it. No secret and nothing of a lead. */
import { styleText } from "node:util"

/** What is looked at. */
export type Subject = "configuration" | "files" | "disk" | "database" | "clock" | "queue" | "customer"

/** One finding. */
export interface Finding {
  readonly subject: Subject
  /** `warning`: it works, and somebody should look at it. `wrong`: it does not work, or soon will not. */
  readonly level: "ok" | "warning" | "wrong"
  /** A setting, a file, a folder or a server. */
  readonly where: string
  readonly what: string
  /** What to do about it; empty when all is well. */
  readonly advice: string
}

/** Findings about one subject. */
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

const looks = { ok: "green", warning: "yellow", wrong: "red" } as const

/** A finding for people: a line, and one more that says what to do. Colours where standard output is a terminal. */
export const printFinding = ({ advice, level, subject, what, where }: Finding): string => {
  const line = `${styleText(looks[level], level.padEnd(8))} ${subject.padEnd(14)} ${where}: ${what}`
  return advice === "" ? line : `${line}\n${" ".repeat(24)}-> ${advice}`
}

/** What all findings come to: `2 wrong, 1 warning`. */
export const printTotal = (findings: ReadonlyArray<Finding>): string => {
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length
  const [wrong, warnings] = [count("wrong"), count("warning")]
  if (wrong + warnings === 0) return "nothing is wrong"
  return `${wrong} wrong, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`
}
