/** Which metrics and labels an expression of PromQL reads. */

/** A metric that is read, and the labels that its matchers name. */
export interface Reads {
  readonly metric: string
  readonly labels: ReadonlyArray<string>
}

/** What an expression reads, and the labels that it groups or joins by. */
export interface ExpressionNames {
  readonly reads: ReadonlyArray<Reads>
  readonly groups: ReadonlyArray<string>
}

const words = new Set(
  "and or unless by without on ignoring group_left group_right bool offset inf nan".split(" "),
)

const token = /"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{(?:"(?:[^"\\]|\\.)*"|[^}"])*\}|[a-zA-Z_:][\w:]*|\d[\w.]*|\S/g

/** Reads the names of an expression, which must be one that Prometheus accepts. */
export const namesOf = (expression: string): ExpressionNames => {
  const tokens: ReadonlyArray<string> = expression.match(token) ?? []
  const reads: Array<Reads> = []
  const groups: Array<string> = []
  for (let at = 0; at < tokens.length; at++) {
    const [word = "", next = ""] = [tokens[at], tokens[at + 1]]
    if (/^(by|without|on|ignoring|group_left|group_right)$/.test(word) && next === "(") {
      const end = tokens.indexOf(")", at)
      groups.push(...tokens.slice(at + 2, end).filter((name) => name !== ","))
      at = end
    } else if (
      /^[a-zA-Z_:]/.test(word) &&
      !words.has(word.toLowerCase()) &&
      next !== "(" &&
      !isAggregation(tokens, at)
    ) {
      const matchers = next.startsWith("{") ? next.replace(/"(?:[^"\\]|\\.)*"/g, "") : ""
      reads.push({
        metric: word,
        labels: [...matchers.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)].map(([, name = ""]) => name),
      })
    }
  }
  return { reads, groups }
}

/** `sum by (route) (…)`: the name of an aggregation is followed by its labels. */
const isAggregation = (tokens: ReadonlyArray<string>, at: number) =>
  /^(by|without)$/.test(tokens[at + 1] ?? "") && tokens[at + 2] === "("

/** The labels of each metric in the text of a scrape. */
export const labelsOf = (scrape: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const metrics = new Map<string, Set<string>>()
  for (const [, metric = "", labels = ""] of scrape.matchAll(/^([a-zA-Z_:][\w:]*)(\{.*\})? \S/gm)) {
    const known = metrics.get(metric) ?? new Set<string>()
    metrics.set(metric, known)
    for (const [, name = ""] of labels.matchAll(/([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)) known.add(name)
  }
  return metrics
}
