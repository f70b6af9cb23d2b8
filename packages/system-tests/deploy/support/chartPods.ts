/** What the pods of api and worker are, in rendered objects. */
import { variables } from "@lead-gateway/config"
import { component, objectsOf, specs } from "./chartShapes.ts"
import type { Rendered } from "./helm.ts"

/** The deployment of api or worker, its pod and the one container in it. */
export const podOf = (objects: ReadonlyArray<Rendered>, name: string) => {
  const found = component(objectsOf(objects, specs.deployment), name)
  const [container, ...more] = found.spec.template.spec.containers
  if (container === undefined || more.length > 0) throw new Error(`expected one container of ${name}`)
  return { ...found, container, pod: found.spec.template }
}

/** The variables of a container, with an example for each secret. */
export const environmentOf = (env: ReadonlyArray<{ readonly name: string; readonly value?: string }>) =>
  Object.fromEntries(
    env.map(({ name, value }) => [name, value ?? variables.find((one) => one.name === name)?.example ?? ""]),
  )
