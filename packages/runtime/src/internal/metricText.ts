/**
 * Metrics as text: the Prometheus text format 0.0.4, and OpenMetrics 1.0.0, which calls a counter by its name without
 * `_total` and says where the text ends.
 */
import type { Cell, Histogram } from "./metricCells.ts"
import type { SeriesReading } from "./metricSeries.ts"

export type Format = "prometheus" | "openmetrics"

export type MetricType = "counter" | "gauge" | "histogram"

/** A metric, and how to read its series. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  readonly labels?: ReadonlyArray<string>
  readonly read: () => ReadonlyArray<SeriesReading<number | Cell | Histogram>>
}

/** The media type of a format. */
export const mediaTypes: Readonly<Record<Format, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
}

/** The text of metrics, without those that have no series. */
export const formatFamilies = (families: Iterable<MetricFamily>, format: Format): string => {
  let text = ""
  for (const family of families) text += formatFamily(family, format)
  return format === "openmetrics" ? `${text}# EOF\n` : text
}

const formatFamily = (family: MetricFamily, format: Format): string => {
  const { help, labels = [], name, type } = family
  const readings = family.read()
  if (readings.length === 0) return ""
  const described = format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name
  let text = `# HELP ${described} ${escapeHelp(help)}\n# TYPE ${described} ${type}\n`
  for (const [values, value] of readings) {
    const pairs = labels.map((label, index) => `${label}="${escapeValue(values[index] ?? "")}"`)
    if (typeof value === "number") text += sample(name, pairs, value)
    else if ("value" in value) text += sample(name, pairs, value.value)
    else text += formatHistogram(name, pairs, value)
  }
  return text
}

const formatHistogram = (
  name: string,
  pairs: ReadonlyArray<string>,
  { buckets, counts, sum }: Histogram,
): string => {
  let text = ""
  let count = 0
  for (const [index, bound] of [...buckets, Number.POSITIVE_INFINITY].entries()) {
    count += counts[index] ?? 0
    text += sample(`${name}_bucket`, [...pairs, `le="${number(bound)}"`], count)
  }
  return text + sample(`${name}_sum`, pairs, sum) + sample(`${name}_count`, pairs, count)
}

const sample = (name: string, pairs: ReadonlyArray<string>, value: number): string =>
  `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${number(value)}\n`

const number = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return "+Inf"
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value)
}

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")

const escapeValue = (text: string): string => escapeHelp(text).replaceAll('"', '\\"')
