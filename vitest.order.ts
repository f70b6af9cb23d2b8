import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Files of whole processes, which mostly wait; those under faults wait longest. */
const rank = ({ moduleId }: TestSpecification): 0 | 1 | 2 => {
  if (!moduleId.includes(".e2e.")) return 2
  return moduleId.includes("/faults/") ? 0 : 1
}

/**
 * The order of files in a run: those that wait are spread among those that compute, the longest first, so that
 * neither the processor nor a worker is idle, and no long one is left for the end.
 */
export default class Order extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort(files)
    const computing = sorted.filter((file) => rank(file) === 2)
    const waiting = sorted.filter((file) => rank(file) < 2).toSorted((a, b) => rank(a) - rank(b))
    // All have begun when two thirds of the others have.
    const between = Math.floor((computing.length * 2) / 3 / Math.max(1, waiting.length))
    const mixed = waiting.flatMap((file, at) => [file, ...computing.slice(at * between, (at + 1) * between)])
    return [...mixed, ...computing.slice(waiting.length * between)]
  }
}
