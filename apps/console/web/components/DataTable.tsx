/** A table of rows, of which each column says how it is shown; or what is said of none. */
import type { ComponentChildren } from "preact"

/** One column. */
export interface Column<Row> {
  readonly name: string
  readonly isNumber?: boolean
  readonly show: (row: Row) => ComponentChildren
}

interface DataTableProps<Row> {
  readonly label: string
  /** The first one names the row. */
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rows: ReadonlyArray<Row>
  readonly keyOf: (row: Row) => string | number
  /** Instead of a table without rows: it teaches how there will be some. */
  readonly empty: ComponentChildren
}

export const DataTable = <Row,>({ columns, empty, keyOf, label, rows }: DataTableProps<Row>) =>
  rows.length === 0 ? (
    <div class="empty">{empty}</div>
  ) : (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ isNumber = false, name }) => (
              <th key={name} scope="col" class={isNumber ? "number" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ isNumber = false, name, show }, index) =>
                index === 0 ? (
                  <th key={name} scope="row" class={isNumber ? "number" : undefined}>
                    {show(row)}
                  </th>
                ) : (
                  <td key={name} class={isNumber ? "number" : undefined}>
                    {show(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
