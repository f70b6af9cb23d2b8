/** Reads a Dockerfile: its stages, and the steps of each. For what `docker/Dockerfile` uses, no more. */

/** One instruction: `RUN`, and what follows it without the flags. */
export interface Step {
  readonly keyword: string
  /** Flags such as `--from=build`, by name; the last of each. */
  readonly flags: Readonly<Record<string, string>>
  readonly text: string
}

/** The steps after one `FROM`. */
export interface Stage {
  readonly name: string
  /** A stage before it, or an image of others. */
  readonly from: string
  readonly steps: ReadonlyArray<Step>
}

const stepOf = (line: string): Step => {
  const [, keyword = "", rest = ""] = /^(\S+)\s+(.*)$/s.exec(line) ?? []
  const flags = /^(?:--\S+\s+)*/.exec(rest)?.[0] ?? ""
  // The interval of a health check comes before its `CMD` as well.
  const pairs = [...flags.matchAll(/--([a-z-]+)(?:=(\S+))?/g)].map(([, name = "", value = ""]) => [
    name,
    value,
  ])
  return {
    keyword,
    flags: Object.fromEntries(pairs) as Record<string, string>,
    text: rest.slice(flags.length),
  }
}

/** The stages in order. Throws for a line that is no instruction. */
export const parseDockerfile = (text: string): ReadonlyArray<Stage> => {
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
  const stages: Array<Stage & { readonly steps: Array<Step> }> = []
  for (const line of lines) {
    const step = stepOf(line)
    if (!/^[A-Z]+$/.test(step.keyword)) throw new Error(`no instruction: ${line}`)
    if (step.keyword === "FROM") {
      const [from = "", name = ""] = step.text.split(" AS ")
      stages.push({ name, from, steps: [] })
    } else if (stages.length === 0) throw new Error(`before FROM: ${line}`)
    else stages.at(-1)?.steps.push(step)
  }
  return stages
}

/** The stages that an image of this stage consists of, the first one first. */
export const lineage = (stages: ReadonlyArray<Stage>, name: string): ReadonlyArray<Stage> => {
  const stage = stages.find((stage) => stage.name === name)
  return stage === undefined ? [] : [...lineage(stages, stage.from), stage]
}

/** What an image of a stage runs, as whom, and how its health is checked. */
export interface Image {
  readonly user: string | undefined
  readonly workdir: string | undefined
  readonly entrypoint: ReadonlyArray<string>
  readonly command: ReadonlyArray<string>
  /** Empty for none. */
  readonly health: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

/** Reads the array of an instruction; a text, which a shell would run, is refused. */
const listOf = (text: string): ReadonlyArray<string> => {
  const list: unknown = JSON.parse(text)
  if (Array.isArray(list) && list.every((part) => typeof part === "string")) return list
  throw new Error(`not a list: ${text}`)
}

/** The image of a stage, from the steps of its whole lineage. */
export const imageOf = (stages: ReadonlyArray<Stage>, name: string): Image => {
  const steps = lineage(stages, name).flatMap(({ steps }) => steps)
  const last = (keyword: string) => steps.findLast((step) => step.keyword === keyword)?.text
  const health = last("HEALTHCHECK") ?? "NONE"
  const pairs = steps
    .filter(({ keyword }) => keyword === "ENV")
    .flatMap(({ text }) => [...text.matchAll(/(\w+)=("[^"]*"|\S+)/g)])
    .map(([, name = "", value = ""]) => [name, value.replaceAll('"', "")])
  return {
    user: last("USER"),
    workdir: last("WORKDIR"),
    entrypoint: listOf(last("ENTRYPOINT") ?? "[]"),
    command: listOf(last("CMD") ?? "[]"),
    health: health === "NONE" ? [] : listOf(health.replace(/^CMD /, "")),
    env: Object.fromEntries(pairs) as Record<string, string>,
  }
}
