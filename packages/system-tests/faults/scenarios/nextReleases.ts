import type { NextRelease } from "../support/NextRelease.ts"

/** Inserts one more column: the first, so that it does not matter which others there are. */
const alsoInserts = (table: string, column: string, value: string) => ({
  replace: new RegExp(`INSERT INTO ${table} \\(([^)]*)\\)(\\s+)SELECT`),
  by: `INSERT INTO ${table} (${column}, $1)$2SELECT ${value},`,
})

/**
 * A release that expands: two columns, a table and an index. Only its own statements use them, to mark what it receives,
 * claims and delivers.
 */
export const expands: NextRelease = {
  migrations: {
    "9001_work_release": `-- Up Migration
ALTER TABLE work ADD COLUMN release text;
CREATE TABLE attempt_release (
  lead_id bigint, attempt_no integer, release text NOT NULL, PRIMARY KEY (lead_id, attempt_no)
);
-- Down Migration
-- Loses: attempt_release, work.release
DROP TABLE attempt_release;
ALTER TABLE work DROP COLUMN release;
`,
    "9002_lead_release": `-- Up Migration
ALTER TABLE lead ADD COLUMN release text;
-- Down Migration
-- Loses: lead.release
ALTER TABLE lead DROP COLUMN release;
`,
    "9003_work_release_index": `-- No transaction
-- Up Migration
DROP INDEX CONCURRENTLY IF EXISTS work_release;
CREATE INDEX CONCURRENTLY work_release ON work (release);
-- Down Migration
-- Loses: nothing
DROP INDEX CONCURRENTLY IF EXISTS work_release;
`,
  },
  changes: [
    { file: "packages/lead-store/src/internal/insertLeads.ts", ...alsoInserts("lead", "release", "'next'") },
    { file: "packages/lead-store/src/internal/insertLeads.ts", ...alsoInserts("work", "release", "'next'") },
    {
      file: "packages/lead-store/src/internal/claim.ts",
      replace: /UPDATE work SET/,
      by: "UPDATE work SET release = 'next',",
    },
    {
      file: "packages/lead-store/src/internal/complete.ts",
      replace: /attempts AS \(\s+INSERT INTO attempt \(/,
      by: `attempt_releases AS (
    INSERT INTO attempt_release SELECT lead_id, attempt_no, 'next' FROM completed
  ), $&`,
    },
  ],
}

/**
 * A release that contracts: it drops what only replays use, which this scenario makes none of, and requires a column of
 * each lead that this release does not write. So running processes of this release can store no lead, but still deliver
 * stored ones. An operator runs its migration.
 */
export const contracts: NextRelease = {
  migrations: {
    "9001_lead_release": `-- Requires: 9001
-- Up Migration
ALTER TABLE lead ADD COLUMN release text NOT NULL DEFAULT 'unknown';
ALTER TABLE lead ALTER COLUMN release DROP DEFAULT;
DROP TABLE replay_request;
-- Down Migration
-- Loses: lead.release
CREATE TABLE replay_request (id text PRIMARY KEY);
ALTER TABLE lead DROP COLUMN release;
`,
  },
  changes: [
    { file: "packages/lead-store/src/internal/insertLeads.ts", ...alsoInserts("lead", "release", "'next'") },
  ],
  env: { MIGRATE_ON_START: "false" },
}
