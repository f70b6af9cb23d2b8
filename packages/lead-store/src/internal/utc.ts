/** SQL for a moment as it is written on the wire, whatever the session's time zone is: `2026-01-21T10:35:00.123Z`. */
export const utc = (moment: string): string =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
