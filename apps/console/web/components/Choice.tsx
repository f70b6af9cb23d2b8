/** One of a few, side by side. */
interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: ReadonlyArray<{ readonly value: string; readonly name: string }>
  readonly onChange: (value: string) => void
}

export const Choice = ({ label, onChange, options, value }: ChoiceProps) => (
  <fieldset class="choice">
    <legend class="unseen">{label}</legend>
    {options.map((option) => (
      <label key={option.value}>
        <input
          type="radio"
          class="unseen"
          name={label}
          value={option.value}
          checked={option.value === value}
          onChange={() => onChange(option.value)}
        />
        <span>{option.name}</span>
      </label>
    ))}
  </fieldset>
)
