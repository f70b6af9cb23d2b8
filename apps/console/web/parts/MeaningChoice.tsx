/** What an unknown answer means: one of the customer's values, the most alike marked as a guess, or a new value. */
import type { Json } from "@lead-gateway/client"
import { printed } from "../proposal.ts"

/** What was chosen; without a value it is a new one. */
export interface Chosen {
  readonly value: Json | undefined
}

interface MeaningChoiceProps {
  readonly answer: string
  readonly values: ReadonlyArray<Json>
  readonly guess: Json | undefined
  readonly chosen: Chosen | undefined
  readonly onChoose: (choice: Chosen | undefined) => void
}

export const MeaningChoice = ({ answer, chosen, guess, onChoose, values }: MeaningChoiceProps) => (
  <div class="actions">
    <select
      aria-label={`What ${answer} means`}
      value={keyOf(values, chosen)}
      onChange={({ currentTarget: { value } }) =>
        onChoose(value === "" ? undefined : { value: value === "new" ? undefined : values[Number(value)] })
      }
    >
      <option value="">not decided</option>
      {values.map((value, index) => (
        <option key={index} value={String(index)}>
          {value === guess ? `${printed(value)} (a guess)` : printed(value)}
        </option>
      ))}
      <option value="new">a new value, which the customer accepts</option>
    </select>
    {chosen === undefined && guess !== undefined && (
      <button type="button" onClick={() => onChoose({ value: guess })}>
        {printed(guess)}? <small>a guess</small>
      </button>
    )}
  </div>
)

const keyOf = (values: ReadonlyArray<Json>, chosen: Chosen | undefined): string => {
  if (chosen === undefined) return ""
  return chosen.value === undefined ? "new" : String(values.indexOf(chosen.value))
}
