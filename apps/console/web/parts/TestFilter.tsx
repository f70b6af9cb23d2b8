/** Whether a list has test leads, which operators sent. */
import { Choice } from "../components/Choice.tsx"

interface TestFilterProps {
  readonly value: string | undefined
  readonly onChange: (value: string | undefined) => void
}

export const TestFilter = ({ onChange, value = "" }: TestFilterProps) => (
  <div>
    <Choice
      label="Test leads"
      value={value}
      options={[
        { value: "", name: "All leads" },
        { value: "false", name: "Without tests" },
        { value: "true", name: "Tests alone" },
      ]}
      onChange={(chosen) => onChange(chosen === "" ? undefined : chosen)}
    />
  </div>
)
