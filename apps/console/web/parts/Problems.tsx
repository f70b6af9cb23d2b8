/** What is wrong with a text, as a list; each leads to its place. */
import type { Problem } from "../diagnose.ts"

interface ProblemsProps {
  readonly problems: ReadonlyArray<Problem>
  readonly onChoose: (problem: Problem) => void
}

export const Problems = ({ onChoose, problems }: ProblemsProps) =>
  problems.length === 0 ? null : (
    <ol class="problems" aria-label="Problems">
      {problems.map((problem, index) => (
        <li key={index}>
          {problem.line !== undefined && (
            <button type="button" class="quiet" onClick={() => onChoose(problem)}>
              Line {problem.line}, column {problem.column}
            </button>
          )}
          <span>{problem.message}</span>
        </li>
      ))}
    </ol>
  )
