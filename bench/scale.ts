/**
 * Scale on paper: what a size of the ledger asks of one machine, from constants that a run has measured. The tables of
 * `docs/scale.md` are printed from here.
 */
import { markdownTable } from './markdown-table.ts'

/**
 * Measured by the rows `disk` and `bundle-membership`; bytes are per certificate unless said otherwise. Before-images of the
 * last blocks are left out: they do not grow with the ledger.
 */
export const measured = {
  /** One certificate in DER. */
  certificate: 449,
  /** Its part of block, results and events in an archive file, where all but the newest blocks lie. */
  archive: 196,
  /** Records with their key. */
  record: 337,
  /** Two unique indexes: key and device. */
  indexes: 457,
  /** Pages of the tree of records. */
  pages: 211,
  /** Where a certificate lies in the archive. */
  blob: 161,
  /** Bytes of WAL that a published certificate costs, full page images included. */
  writeAheadLog: 4_473,
  /** Entries of a leaf or an index in one page of Postgres, with random keys at rest. */
  entriesPerDatabasePage: 30,
  /** Bytes of one page of the tree with its row. */
  treePage: 760,
  /** Bytes of a proof of membership beside its path. */
  proofBase: 1_073,
  /** Bytes that an idle block leaves in the database: its row and its signed header. */
  idleBlock: 760,
  /** Bytes of a revocation in an exceptions map: leaf and its page. */
  exception: 700,
} as const

/** Children of a page of the tree. */
const fanOut = 16

/** Bytes of a hash: one sibling on a path. */
const hashBytes = 32

/** Bytes of a page of Postgres. */
const databasePage = 8_192

/** Certificates in a full block: eight batches of the line. */
const blockSize = 8_000

/** Part of all certificates that a log with exceptions has to list: ended before they expired. */
const exceptionPart = 0.02

const secondsPerYear = 365 * 86_400

export const sizes = [1e6, 1e7, 1e8, 1e9] as const

/** Levels of a binary tree of random keys down to a leaf of its own. */
export function levels(leaves: number): number {
  return Math.log2(leaves)
}

/**
 * Distinct pages of the tree that a block of random keys touches, from the root down. A place of the tree has a page of its
 * own when at least one other leaf lies there, too.
 */
export function touchedPages(leaves: number, changes: number): number {
  let touched = 0
  for (let places = 1; places < leaves * fanOut ** 2; places *= fanOut) {
    const reached = places * (1 - (1 - 1 / places) ** changes)
    touched += reached * (1 - Math.exp(-leaves / places))
  }
  return touched
}

/** Distinct pages of Postgres that random keys of one B-tree or table touch. */
export function touchedDatabasePages(rows: number, changes: number): number {
  const pages = Math.max(1, rows / measured.entriesPerDatabasePage)
  return pages * (1 - (1 - 1 / pages) ** changes)
}

type Column = { readonly head: string; readonly cell: (certificates: number) => string }

const perCertificate = measured.archive + measured.record + measured.indexes + measured.pages + measured.blob

/** Structures with random keys: record, two indexes, blob, and the tree's table. */
const randomStructures = 5

const ledger: readonly Column[] = [
  { head: 'certificates', cell: power },
  { head: 'disk', cell: (n) => size(n * perCertificate) },
  { head: 'of it archive', cell: (n) => size(n * measured.archive) },
  { head: 'to keep in memory', cell: (n) => size(n * (perCertificate - measured.archive)) },
  { head: 'WAL to publish them', cell: (n) => size(n * measured.writeAheadLog) },
  { head: 'tree pages written a certificate', cell: (n) => (touchedPages(n, blockSize) / blockSize).toFixed(2) },
  {
    head: 'pages of Postgres touched a certificate',
    cell: (n) => ((randomStructures * touchedDatabasePages(n, blockSize)) / blockSize).toFixed(2),
  },
  { head: 'IOPS at 1,000/s without that memory', cell: (n) => count(1000 * 2 * randomStructures * coldPart(n)) },
  { head: 'proof', cell: (n) => `${Math.round(measured.proofBase + hashBytes * levels(n))} B` },
]

const log: readonly Column[] = [
  { head: 'certificates', cell: power },
  { head: 'disk', cell: (n) => size(n * (measured.archive + 2 * hashBytes) + exceptions(n) * measured.exception) },
  { head: 'to keep in memory', cell: (n) => size(exceptions(n) * measured.exception) },
  { head: 'pages written a certificate', cell: () => ((measured.archive + 2 * hashBytes) / databasePage).toFixed(2) },
  {
    head: 'proof of "published and not ended"',
    cell: (n) => `${Math.round(measured.proofBase + hashBytes * (levels(n) + levels(exceptions(n)) + 2))} B`,
  },
]

const years: readonly { readonly name: string; readonly interval: number }[] = [
  { name: '1 s (default)', interval: 1 },
  { name: '5 s', interval: 5 },
  { name: '60 s', interval: 60 },
]

/** The ledger as it is. */
export const ledgerTable = (): string => markdown(ledger)

/** The alternative: an append-only log of publications and a map of exceptions. */
export const logTable = (): string => markdown(log)

/** What idle blocks cost in a year. */
export function idleTable(): string {
  const rows = years.map(({ name, interval }) => {
    const blocks = secondsPerYear / interval
    return [name, `${(blocks / 1e6).toFixed(1)} million`, size(blocks * measured.idleBlock)]
  })
  return markdownTable([['interval', 'blocks a year', 'disk a year'], ...rows])
}

/** Part of the touches that miss memory when only the upper levels of the structures fit: nearly all of the lowest. */
function coldPart(certificates: number): number {
  return touchedDatabasePages(certificates, blockSize) / blockSize
}

function exceptions(certificates: number): number {
  return certificates * exceptionPart
}

function markdown(columns: readonly Column[]): string {
  return markdownTable([
    columns.map(({ head }) => head),
    ...sizes.map((certificates) => columns.map(({ cell }) => cell(certificates))),
  ])
}

function power(value: number): string {
  return `10^${Math.round(Math.log10(value))}`
}

function count(value: number): string {
  return `${Math.round(value / 100) / 10}k`
}

/** Decimal units, two digits. */
function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${Number((bytes / 1000 ** unit).toPrecision(2))} ${units[unit]}`
}
