import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { collectionPrefix } from '../../src/state/index.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { check, makeHistory, withStore } from './history.ts'

const history = await makeHistory(await testDatabase(), 120)
const schema = `chain_${history.chain}`
const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-fsck-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tables = ['block', 'record', 'index_entry', 'page', 'blob', 'transaction_id', 'signed_header', 'before_image']

/** What all tables hold, as one text. */
async function content(): Promise<readonly string[]> {
  return withClient(history.database, async (sql) => {
    const sums: string[] = []
    for (const table of tables) {
      const [row] = await sql`
        select md5(string_agg(rows::text, '|' order by rows::text collate "C")) as sum from ${sql(schema)}.${sql(table)} as rows`
      sums.push(`${table} ${row?.sum}`)
    }
    return sums
  })
}

/** Runs statements with the chain's tables in reach. */
function damage(statement: string): Promise<unknown> {
  return withClient(history.database, (sql) => sql.unsafe(`set search_path to "${schema}"; ${statement}`))
}

let sound: readonly string[]
beforeEach(async () => {
  sound = await content()
})

describe('what is made again, exactly as it was', () => {
  it.each([
    ['the root page', "delete from page where key = '\\x01'", 'pages'],
    ['both root pages', "delete from page where key in ('\\x00', '\\x01')", 'pages'],
    [
      'a page in the middle',
      'delete from page where key = (select key from page where length(key) = 2 limit 1)',
      'pages',
    ],
    ['all pages', 'delete from page', 'pages'],
    ['all pages but the roots', 'delete from page where length(key) > 1', 'pages'],
    [
      'pages that nobody asked for',
      "insert into page values ('\\x0707', '\\x00'), ('\\x01010203040506', '\\x00')",
      'pages',
    ],
    ['pages with bytes behind them', "update page set value = value || '\\x00' where length(key) = 2", 'pages'],
    ['all unique indexes', 'delete from index_entry', 'indexes'],
    [
      'indexes that lead to a neighbour',
      'update index_entry set value = (select max(value) from index_entry)',
      'indexes',
    ],
    ['index entries that nobody asked for', "insert into index_entry values ('\\x0102', '\\x0304')", 'indexes'],
    ['the places of all blobs', 'delete from blob', 'blobs'],
    ['shifted places of blobs', 'update blob set "offset" = "offset" + 1', 'blobs'],
    ['all transaction ids', 'delete from transaction_id', 'transactions'],
    ['transaction ids that nobody sent', "insert into transaction_id values ('\\x0102', 1, 0)", 'transactions'],
    ['records that no leaf knows', "insert into record select key || '\\x00', value from record", 'records'],
    ['records with a flipped bit', 'update record set value = set_bit(value, 30, 1 - get_bit(value, 30))', 'records'],
    [
      'a signed header with a flipped bit',
      'update signed_header set bytes = set_bit(bytes, 900, 1 - get_bit(bytes, 900))',
      'headers',
    ],
    [
      'a block with a flipped bit in a certificate',
      'update block set bytes = set_bit(bytes, 9000, 1 - get_bit(bytes, 9000)) where height = 2',
      'blocks',
    ],
    [
      'small blocks with a flipped bit',
      'update block set bytes = set_bit(bytes, 200, 1 - get_bit(bytes, 200)) where height > 0 and length(bytes) < 4000',
      'blocks',
    ],
    ['other roots and times', "update block set root = '\\x00', time = time + 1 where height = 2", 'blocks'],
    [
      'results with a flipped bit',
      'update block set results = set_bit(results, 9, 1 - get_bit(results, 9)) where height = 2',
      'blocks',
    ],
    ['a block at another height', 'update block set height = 900 where height = 2', 'blocks'],
  ])('%s', { timeout: 60_000 }, async (_, statement, name) => {
    await damage(statement)
    const before = await check(history)
    expect(before.count).toBeGreaterThan(0)
    expect(before.findings.filter(({ repairable, repaired }) => !repairable || repaired)).toEqual([])
    expect(new Set(before.findings.map((finding) => finding.check))).toContain(name)
    expect(await content()).not.toEqual(sound)

    const repair = await check(history, { repair: true })
    expect(repair.findings.filter(({ repaired }) => !repaired)).toEqual([])
    expect(await content()).toEqual(sound)
    expect((await check(history)).findings).toEqual([])
  })
})

describe('what can not be made again', () => {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0)) await step()
    expect(await content()).toEqual(sound)
  })

  it('is named: a record that is gone, and nothing is made up for it', async () => {
    await damage(
      'create table kept as select * from record where key = (select max(key) from record where length(key) = 50); delete from record where key = (select key from kept)',
    )
    undo.push(() => damage('insert into record select * from kept; drop table kept'))
    const { findings } = await check(history, { repair: true })
    expect(findings).toContainEqual({
      check: 'records',
      where: expect.stringMatching(/^pki\/certificates\/00[0-9a-f]{64}$/),
      what: 'it is missing',
      repairable: false,
      repaired: false,
    })
  })

  it('is named: a block that is gone, by its height', async () => {
    await damage('create table kept as select * from block where height = 2; delete from block where height = 2')
    undo.push(() => damage('insert into block select * from kept; drop table kept'))
    const { findings } = await check(history)
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'blocks', where: 'height 2', what: 'it is missing' }),
    )
  })

  it('is named: a block that is gone at the end of a range', async () => {
    await damage('create table kept as select * from block where height = 2; delete from block where height = 2')
    undo.push(() => damage('insert into block select * from kept; drop table kept'))
    const { findings } = await check(history, { range: { kind: 'heights', from: 1n, to: 2n } })
    expect(findings).toEqual([expect.objectContaining({ where: 'height 2', what: 'it is missing' })])
  })

  it('is not searched for where a range leaves it out', async () => {
    await damage(
      "create table kept as select * from record where key = (select max(key) from record where length(key) = 50); update record set value = value || '\\x0000' where key = (select key from kept)",
    )
    undo.push(() =>
      damage('update record set value = kept.value from kept where record.key = kept.key; drop table kept'),
    )
    const prefix = collectionPrefix('pki', 'certificates')
    const all = await check(history, { range: { kind: 'records', prefix } })
    expect(all.checked).toEqual({ records: 120 })
    expect(all.findings).toHaveLength(1)
    const [first] = history.certificates.map((der) => parseCertificate(der).fingerprint)
    const one = new Uint8Array([...prefix, ...first!])
    expect(await check(history, { range: { kind: 'records', prefix: one } })).toMatchObject({
      findings: [],
      checked: { records: 1 },
    })
    const heights = await check(history, { range: { kind: 'heights', from: 1n, to: 2n } })
    expect(heights).toMatchObject({ findings: [], checked: { blocks: 2 } })
  })
})

describe('a check that is interrupted', () => {
  it('goes on where it was, and says what it had found before', { timeout: 60_000 }, async () => {
    const file = path.join(folder, 'place')
    await damage('update transaction_id set position = position + 1 where height = 2')
    const stop = new AbortController()
    const seen: string[] = []
    const interrupted = check(history, {
      place: { file, resume: false },
      noteInterval: 0,
      signal: stop.signal,
      onProgress: (step) => step === 'state' && stop.abort(new Error('stopped')),
    })
    await expect(interrupted).rejects.toThrow('stopped')
    expect(existsSync(file)).toBe(true)
    const report = await check(history, {
      place: { file, resume: true },
      onProgress: (step) => seen.push(step),
    })
    expect(seen).not.toContain('blocks')
    expect(report.findings).toEqual([expect.objectContaining({ check: 'transactions' })])
    expect(report.checked).toMatchObject({ blobs: 120, transactions: 4 })
    expect(existsSync(file)).toBe(false)
    await damage('update transaction_id set position = position - 1 where height = 2')
    expect((await check(history)).findings).toEqual([])
  })

  it.each([
    ['a sound state', 'select', 'select'],
    [
      'a state with damaged records and indexes',
      `update record set value = set_bit(value, 30, 1 - get_bit(value, 30)) where length(key) = 50;
       create table kept as select * from index_entry where key = (select max(key) from index_entry);
       delete from index_entry where key = (select key from kept)`,
      `update record set value = set_bit(value, 30, 1 - get_bit(value, 30)) where length(key) = 50;
       insert into index_entry select * from kept; drop table kept`,
    ],
  ])('says the same wherever it was cut off in %s', { timeout: 60_000 }, async (_, break_, mend) => {
    const file = path.join(folder, 'cut')
    await damage(break_)
    const whole = await check(history)
    for (let cut = 1; ; cut++) {
      const stop = new AbortController()
      let looks = 0
      const interrupted = check(history, {
        place: { file, resume: false },
        noteInterval: 0,
        signal: stop.signal,
        onProgress: (step) => {
          if (step === 'state' && ++looks === cut) stop.abort(new Error('stopped'))
        },
      })
      const report = await interrupted.catch((error: Error) => {
        expect(error.message).toBe('stopped')
        return undefined
      })
      const { archives: _archives, ...checked } = whole.checked
      const again = report ?? (await check(history, { place: { file, resume: true } }))
      expect({ ...again, checked }).toEqual({ ...whole, checked })
      expect(again.checked).toMatchObject(checked)
      if (report !== undefined) break
    }
    await damage(mend)
    expect((await check(history)).findings).toEqual([])
  })

  it('begins anew when the store is another one by now', async () => {
    const file = path.join(folder, 'other')
    const fresh = await check(history, { place: { file, resume: true } })
    expect(fresh.findings).toEqual([])
  })
})

it('a store without blocks is no store of this chain', async () => {
  const database = await testDatabase()
  await expect(check({ ...history, database })).rejects.toMatchObject({ code: 'fsck.nothing-stored' })
  await withStore({ ...history, database }, async ({ store }) => expect(await store.head()).toBeUndefined())
})
