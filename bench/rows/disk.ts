import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { relations } from '../ledger/database.ts'
import { million } from '../plan.ts'
import type { Row } from '../row.ts'

/** Certificates whose sizes are averaged. */
const sample = 1_000

export const disk: Row = {
  name: 'disk',
  title: 'disk per certificate at a million: tables, indexes, trees, archive, no WAL',
  against: 'the size of a certificate in DER',
  unit: 'B',
  judged: 'ratio',
  better: 'lower',
  reach: 6,
  goal: 4.5,
  atSize: million,
  measure: async (bench) => {
    const { node, published, dataFolder, logBytes } = await bench.campaign()
    const tables = await relations(node.started.connection)
    const files = fileBytes(dataFolder, ['postgres', 'peers'])
    const value = (tables.reduce((sum, { bytes }) => sum + bytes, 0) + files) / published
    const certificates = await bench.certificates(0, sample)
    const der = certificates.reduce((sum, { length }) => sum + length, 0) / sample
    const per = (bytes: number) => Math.round(bytes / published)
    const parts = tables.filter(({ bytes }) => per(bytes) > 0).map(({ name, bytes }) => `${name} ${per(bytes)}`)
    return {
      value,
      ratio: value / der,
      size: published,
      note:
        `at ${published} certificates; DER ${der.toFixed(0)} B; ${parts.join(', ')}, ` +
        `files beside the database ${per(files)}; WAL written on the way ${per(logBytes)}`,
    }
  },
}

function fileBytes(folder: string, except: readonly string[] = []): number {
  return readdirSync(folder)
    .filter((name) => !except.includes(name))
    .map((name) => join(folder, name))
    .reduce((sum, path) => {
      const stat = lstatSync(path)
      return sum + (stat.isDirectory() ? fileBytes(path) : stat.size)
    }, 0)
}
