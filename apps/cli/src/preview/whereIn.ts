/** Where a text stops being JSON, in words that quote nothing: ` (line 3 column 1)`, `: it ends too early`. */
export const whereIn = (text: string): string => {
  if (text.trim() === "") return ": it is empty"
  if (mayGoOn(text)) return ": it ends too early"
  // The shortest beginning that cannot go on ends with the character that should not be there.
  let [goesOn, ends] = [0, text.length]
  while (ends - goesOn > 1) {
    const middle = Math.floor((goesOn + ends) / 2)
    if (mayGoOn(text.slice(0, middle))) goesOn = middle
    else ends = middle
  }
  const before = text.slice(0, goesOn)
  return ` (line ${before.split("\n").length} column ${before.length - before.lastIndexOf("\n")})`
}

/** Whether a text is JSON, or the beginning of some: then the parser complains of its end, or of what is there. */
const mayGoOn = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ""
    if (message.includes("end of JSON input") || message.startsWith("Unterminated string")) return true
    return / at position (\d+)/.exec(message)?.[1] === String(text.length)
  }
}
