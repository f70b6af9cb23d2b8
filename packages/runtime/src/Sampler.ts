/** Which traces are recorded: the samplers of the OpenTelemetry specification, as pure functions. */
import type { TraceSettings } from "@lead-gateway/config"
import type { TraceParent } from "./TraceParent.ts"

/** Decides on a span, from the caller's context, if there is a caller, and the id of the trace. */
export type Sampler = (parent: TraceParent | undefined, traceId: string) => boolean

/**
 * The sampler of the settings. The same trace gets the same decision in every process with the same ratio.
 *
 * Of a trace id the last 52 bits count as a number from 0 to 1: a trace is recorded if that is at least 1 − ratio
 * (W3C Trace Context level 2 asks for random bits there; so does OpenTelemetry's consistent probability sampling).
 */
export const samplerOf = ({ ratio, sampler }: Pick<TraceSettings, "sampler" | "ratio">): Sampler => {
  const root = roots[sampler.replace("parentbased_", "")]?.(ratio) ?? always
  return sampler.startsWith("parentbased_")
    ? (parent, traceId) => (parent === undefined ? root(parent, traceId) : parent.sampled)
    : root
}

const always: Sampler = () => true
const never: Sampler = () => false

const byRatio = (ratio: number): Sampler => {
  if (ratio >= 1) return always
  if (ratio <= 0) return never
  const threshold = (1 - ratio) * 2 ** 52
  return (_, traceId) => Number.parseInt(traceId.slice(19), 16) >= threshold
}

const roots: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => always,
  always_off: () => never,
  traceidratio: byRatio,
}
