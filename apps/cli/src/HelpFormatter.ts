/** How the command line prints its help, and what is wrong with the arguments. */
import { oneLine } from "@lead-gateway/document-check"
import * as Terminal from "@lead-gateway/runtime/terminal"
import { type CliError, CliOutput } from "effect/cli"

/**
 * Effect's own formatter, in colour where the stream is a terminal: standard output for the help, standard error for
 * errors. An argument that an error quotes stays on its line, whatever is in it: a shell may have read it from a folder.
 */
export const helpFormatter = (): CliOutput.Formatter => {
  const help = CliOutput.defaultFormatter({ colors: Terminal.isStyled(process.stdout) })
  const errors = CliOutput.defaultFormatter({ colors: Terminal.isStyled(process.stderr) })
  return {
    formatHelpDoc: (doc) => help.formatHelpDoc(doc),
    formatVersion: (name, version) => help.formatVersion(name, version),
    formatCliError: (error) => errors.formatCliError(quoting(error)),
    formatError: (error) => errors.formatError(quoting(error)),
    formatErrors: (all) => errors.formatErrors(all.map(quoting)),
  }
}

/** The error with its message on one line; its suggestions, names of the command line itself, keep theirs. */
const quoting = (error: CliError.CliError): CliError.CliError => {
  const { message } = error
  const [first = ""] = "suggestions" in error ? error.suggestions : []
  const end =
    first === "" ? message.length : message.lastIndexOf("\n\n", message.lastIndexOf(`\n    ${first}`))
  const shown = end < 0 ? oneLine(message) : oneLine(message.slice(0, end)) + message.slice(end)
  return Object.create(error, { message: { value: shown } }) as CliError.CliError
}
