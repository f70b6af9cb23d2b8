/**
 * Whether a value can be traversed: no object in it contains itself, and reading its properties does not throw, as a getter
 * or a proxy may. Values of JSON always can be. Takes linear time, and does not recurse.
 */
export const isReadable = (value: unknown): boolean => {
  const open = new Set<unknown>()
  const done = new Set<unknown>()
  const stack: Array<{ readonly value: unknown; readonly isLeft: boolean }> = [{ value, isLeft: false }]
  try {
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      if (step.isLeft) {
        open.delete(step.value)
        done.add(step.value)
      } else if (typeof step.value === "object" && step.value !== null && !done.has(step.value)) {
        if (open.has(step.value)) return false
        open.add(step.value)
        stack.push({ value: step.value, isLeft: true })
        for (const inner of Object.values(step.value)) stack.push({ value: inner, isLeft: false })
      }
    }
    return true
  } catch {
    return false
  }
}
