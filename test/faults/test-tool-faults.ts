/** The test of tools that end at every durable step; the short and the long run give different points. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Genesis } from '../../src/chain/index.ts'
import { encodeAs } from '../../src/codec/index.ts'
import { FileKeyHolder } from '../../src/crypto/index.ts'
import { prepareIdentity } from '../../src/engine/index.ts'
import { restoreBackup, writeBackup } from '../../src/fsck/index.ts'
import { check, type History, makeHistory, withStore } from '../fsck/history.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { completeHome } from './cometbft-home.ts'
import { FaultOrder, nameOfPoint } from './fault-order.ts'
import type { FaultPoint } from './fault-point.ts'
import type { Work } from './fault-work.ts'

type Tool = Exclude<Work, 'node' | 'prune' | 'archive-repair' | 'snapshot-export' | 'snapshot-import'>

/** @param pointsOf where each tool is to end */
export async function testToolFaults(pointsOf: (tool: Tool) => readonly FaultPoint[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-test-tools-'))
  const order = new FaultOrder()
  const history = await makeHistory(await testDatabase(), 30)
  const { chain, database } = history
  const restoredDatabase = `${new URL(database).pathname.slice(1)}_restored`
  const genesisFile = path.join(folder, 'genesis')
  writeFileSync(genesisFile, encodeAs(Genesis, history.genesis))
  afterAll(async () => {
    order.discard()
    rmSync(folder, { recursive: true, force: true })
    await withClient(database, (sql) => sql`drop database if exists ${sql(restoredDatabase)} with (force)`)
  })

  const rows = (tool: Tool) =>
    pointsOf(tool).map((point, index) => ({
      point,
      name: nameOfPoint(point),
      place: path.join(folder, `${tool}-${index}`),
    }))

  /** Runs a tool that ends at the point, and nowhere else. */
  async function endAt(point: FaultPoint, tool: Tool, words: readonly string[]): Promise<void> {
    order.give(point)
    const program = path.join(import.meta.dirname, 'tools', `${tool}.ts`)
    const child = spawn(process.execPath, ['--import', order.module, program, ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: path.join(folder, 'compiled') },
    })
    const [code, signal] = await once(child, 'close')
    expect({ code, signal, isCarriedOut: order.isCarriedOut }).toEqual({
      code: null,
      signal: 'SIGKILL',
      isCarriedOut: true,
    })
  }

  describe('a key that is being made', () => {
    it.each(rows('key'))('is whole or absent when its maker ends $name', async ({ point, place }) => {
      await endAt(point, 'key', [place])
      const holder = await FileKeyHolder.open(place, { passphrase: null })
      if ((await holder.list()).length === 0) await holder.generate('ES256', { label: 'line' })
      expect(await holder.list()).toEqual(['line'])
      expect(await holder.sign('line', new Uint8Array(1))).toBeInstanceOf(Uint8Array)
      await holder.close()
    })
  })

  describe('a CometBFT home that is being made', () => {
    it.each(rows('home'))('is completed, with the key that it had, after an end $name', async ({ point, place }) => {
      await endAt(point, 'home', [place])
      const keyFile = path.join(place, 'config', 'priv_validator_key.json')
      const stateFile = path.join(place, 'data', 'priv_validator_state.json')
      const before = existsSync(keyFile) ? readFileSync(keyFile, 'utf8') : undefined
      // A key without a signing state could sign a height twice.
      expect(before === undefined || existsSync(stateFile)).toBe(true)
      const identity = await prepareIdentity(place)
      await completeHome(place)
      expect(await prepareIdentity(place)).toEqual(identity)
      expect(readFileSync(keyFile, 'utf8')).toBe(before ?? readFileSync(keyFile, 'utf8'))
    })
  })

  describe('a backup that is being written', () => {
    it.each(rows('backup'))('is whole or absent after an end $name', async ({ point, place }) => {
      await endAt(point, 'backup', [database, chain, place])
      if (!existsSync(place)) {
        await withStore(history, ({ tables }) => writeBackup({ tables, chain, file: place }))
      }
      expect(await restored(history, await emptyDatabase(), place)).toEqual([])
    })
  })

  describe('a restoration', () => {
    it.each(rows('restore'))('has put in all or nothing after an end $name', async ({ point, place }) => {
      await withStore(history, ({ tables }) => writeBackup({ tables, chain, file: place }))
      const target = await emptyDatabase()
      await endAt(point, 'restore', [target, chain, place])
      expect(await restored(history, target, place)).toEqual([])
    })
  })

  describe('a check', () => {
    it.each(rows('check'))('goes on and finds the same after an end $name', async ({ point, place }) => {
      await endAt(point, 'check', [database, chain, place, genesisFile])
      const { findings, checked } = await check(history, { place: { file: place, resume: true } })
      expect(findings).toEqual([])
      expect((await check(history)).checked).toMatchObject(checked)
      expect(existsSync(place)).toBe(false)
    })
  })

  describe('a repair', () => {
    it.each(rows('repair'))('is finished by the next one after an end $name', async ({ point, place }) => {
      const damage = `
        set search_path to "chain_${chain}";
        delete from transaction_id;
        delete from page where length(key) = 1`
      await withClient(database, (sql) => sql.unsafe(damage))
      await endAt(point, 'repair', [database, chain, place, genesisFile])
      const { findings } = await check(history, { repair: true })
      expect(findings.filter(({ repaired }) => !repaired)).toEqual([])
      expect((await check(history)).findings).toEqual([])
    })
  })

  async function emptyDatabase(): Promise<string> {
    const url = new URL(database)
    await withClient(database, (sql) => sql`drop database if exists ${sql(restoredDatabase)} with (force)`)
    await withClient(database, (sql) => sql`create database ${sql(restoredDatabase)}`)
    url.pathname = `/${restoredDatabase}`
    return url.href
  }
}

/** Restores a backup unless that was done already. @returns what fsck says of the result */
async function restored(history: History, database: string, file: string): Promise<readonly unknown[]> {
  const { chain } = history
  const head = await withStore({ database, chain }, async ({ store, tables }) => {
    if ((await store.head()) === undefined) await restoreBackup({ store, tables, chain, file })
    return store.head()
  })
  const expected = await withStore(history, ({ store }) => store.head())
  expect(head).toEqual(expected)
  return (await check({ ...history, database })).findings
}
