import type { OperatorName } from "../../src/internal/operators/table.ts"
import { dates } from "./dates.ts"
import { equality } from "./equality.ts"
import type { Asked, ExamplesOf } from "./Examples.ts"
import { lists } from "./lists.ts"
import { numbers } from "./numbers.ts"
import { presence } from "./presence.ts"
import { texts } from "./texts.ts"
import { zips } from "./zips.ts"

/** The examples of every operator: one without any does not compile. */
const examples: ExamplesOf<OperatorName> = {
  ...presence,
  ...equality,
  ...texts,
  ...numbers,
  ...dates,
  ...lists,
  ...zips,
}

/** The examples with any operator's conditions, for tests that treat them alike. */
export interface AnyExamples {
  readonly name: OperatorName
  readonly evaluated: ReadonlyArray<{
    readonly asked: Asked
    readonly met: ReadonlyArray<unknown>
    readonly unmet: ReadonlyArray<unknown>
  }>
  readonly explained: ReadonlyArray<readonly [asked: Asked, value: unknown, sentence: string]>
  readonly limits: ReadonlyArray<Asked>
  readonly wrongLimits: ReadonlyArray<readonly [asked: Asked, message: string]>
  readonly redundant: ReadonlyArray<readonly [first: Asked, second: Asked]>
  readonly contradictory: ReadonlyArray<readonly [first: Asked, second: Asked]>
  readonly overlapping: ReadonlyArray<Asked>
}

export const allExamples: ReadonlyArray<AnyExamples> = Object.entries(examples).map(([name, example]) => ({
  name: name as OperatorName,
  ...example,
}))
