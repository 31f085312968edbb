/** What fsck says of archive files, and what it mends. Each test leaves the history as it found it. */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { certificates } from '../../../pki/contract/index.ts'
import { StateView } from '../../../src/chain/index.ts'
import { sha256 } from '../../../src/crypto/index.ts'
import type { Finding } from '../../../src/fsck/index.ts'
import { SeededRandom } from '../../faults/seeded-random.ts'
import { testDatabase, withClient } from '../../postgres.ts'
import { check, withStore } from '../history.ts'
import { archiveOldBlocks, makeHistory } from './archived-history.ts'

const history = await makeHistory(await testDatabase())
const before = await everything()
const checked = (await check(history)).checked
await inDatabase("update block set root = sha256('') where height = 10")
const refusal = await archiveOldBlocks(history).catch((error: unknown) => error)
const mending = (await check(history, { repair: true })).findings
const report = await archiveOldBlocks(history)
const names = readdirSync(history.archive)
const [name = ''] = names
const file = path.join(history.archive, name)
const copy = `${history.archive}-copy`
cpSync(history.archive, copy, { recursive: true })

/** All blocks, certificates and proofs of them that the store gives. */
async function everything(): Promise<unknown> {
  return withStore(history, async ({ store }) => {
    const head = (await store.head())?.height ?? 0n
    const view = new StateView(await store.view('head'))
    const blocks = []
    for (let height = 0n; height <= head + 1n; height++) {
      blocks.push([await store.block(height), await store.signedHeaders.get(height)])
    }
    const published = []
    for (const certificate of history.certificates) {
      const { fingerprint } = parseCertificate(certificate)
      published.push([await store.blob(sha256(certificate)), await view.prove(certificates, fingerprint)])
    }
    await view.close()
    return { head, blocks, published }
  })
}

async function restore(): Promise<void> {
  rmSync(history.archive, { recursive: true })
  cpSync(copy, history.archive, { recursive: true })
}

function flip(bit: number): void {
  const bytes = readFileSync(file)
  const index = bit >> 3
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit & 7))
  writeFileSync(file, bytes)
}

function isOfFile({ check: kind, where }: Finding): boolean {
  return kind === 'archive' && where === name
}

function inDatabase(statement: string): Promise<unknown> {
  return withClient(history.database, (sql) => sql.unsafe(`set search_path to "chain_${history.chain}"; ${statement}`))
}

describe('archived blocks', () => {
  it('are what they were: blocks, certificates, proofs', async () => {
    expect(report.files.map(({ first, last }) => [first, last])).toEqual([
      [0n, 19n],
      [20n, 39n],
      [40n, 59n],
      [60n, 70n],
    ])
    expect(await everything()).toEqual(before)
  })

  it('are checked as all others', async () => {
    const { findings, checked: now } = await check(history)
    expect(findings).toEqual([])
    expect(now).toEqual({ ...checked, archives: 4 })
    const range = await check(history, { range: { kind: 'heights', from: 15n, to: 25n } })
    expect(range).toMatchObject({ findings: [], checked: { archives: 2, blocks: 11 } })
  })
})

describe('a flipped bit in an archive file', () => {
  it('is named, wherever it is, never served, and mended', async () => {
    const random = new SeededRandom(20_261_125)
    const bits = 8 * readFileSync(file).length
    const ends = [0, 8 * 20, 8 * 30, bits - 1, bits - 8 * 33, bits - 8 * 37, bits - 8 * 41, bits - 8 * 60]
    for (const bit of [...ends, ...Array.from({ length: 4 }, () => random.whole(bits))]) {
      flip(bit)
      const { findings } = await check(history)
      const named = findings.map((finding) => isOfFile(finding) && finding.repairable)
      expect({ bit, named }).toEqual({ bit, named: [true] })
      await withStore(history, async ({ store }) => {
        await expect(store.block(7n)).rejects.toMatchObject({ code: 'store.archive-damaged' })
      })
      const { findings: mended } = await check(history, { repair: true })
      expect(mended.map(({ check: kind, where, repaired }) => [kind, where, repaired])).toEqual([
        ['archive', name, true],
      ])
      expect(readFileSync(file).equals(readFileSync(path.join(copy, name)))).toBe(true)
    }
    expect((await check(history)).findings).toEqual([])
  }, 60_000)

  it('leaves what is in other chunks and files to be read', async () => {
    flip(8 * 5)
    await withStore(history, async ({ store }) => {
      await expect(store.block(7n)).rejects.toMatchObject({ code: 'store.archive-damaged' })
      expect(await store.block(20n)).toBeDefined()
    })
    await restore()
  })
})

describe('an archive file', () => {
  it('that is missing is named, its name says which heights, and nothing makes it up', async () => {
    rmSync(file)
    const { findings } = await check(history, { repair: true })
    const what = { check: 'archive', where: name, what: 'it is missing', repairable: false, repaired: false }
    expect(findings).toContainEqual(what)
    expect(findings.filter(({ check: kind }) => kind === 'blocks')).toEqual([])
    expect(findings.filter(({ check: kind }) => kind === 'blobs')).toEqual([])
    await withStore(history, async ({ store }) => {
      await expect(store.block(7n)).rejects.toMatchObject({ code: 'store.archive-missing', details: { file: name } })
    })
    await restore()
    expect((await check(history)).findings).toEqual([])
  })

  it('with more than a flipped bit needs a backup of it', async () => {
    const bytes = readFileSync(file)
    bytes.fill(0, 200, 220)
    writeFileSync(file, bytes)
    const { findings } = await check(history, { repair: true })
    expect(findings.filter(isOfFile)).toMatchObject([{ repairable: false, repaired: false }])
    await restore()
  })

  it('in place of another is not taken for it', async () => {
    cpSync(path.join(history.archive, names[1] ?? ''), file)
    const { findings } = await check(history, { repair: true })
    expect(findings.filter(isOfFile)).toMatchObject([{ repairable: false }])
    await restore()
    expect((await check(history)).findings).toEqual([])
  })

  it('that the database does not name goes, when its blocks are elsewhere', async () => {
    const stray = path.join(history.archive, 'blocks-000000000003-000000000004.archive')
    cpSync(file, stray)
    const { findings } = await check(history, { repair: true })
    expect(findings).toMatchObject([{ check: 'archive', where: path.basename(stray), repaired: true }])
    expect(existsSync(stray)).toBe(false)
    expect((await check(history)).findings).toEqual([])
  })

  it('that holds blocks beyond the head is left to a node that catches up', async () => {
    const stray = path.join(history.archive, 'blocks-000000005000-000000005001.archive')
    writeFileSync(stray, 'of a later day')
    expect((await check(history, { repair: true })).findings).toEqual([])
    rmSync(stray)
  })
})

describe('what the database says of archive files', () => {
  it.each([
    ['a row is gone', 'delete from block_archive where first = 20'],
    ['a first height is another', 'update block_archive set first = 21 where first = 20'],
    ['a last height is another', 'update block_archive set last = 37 where first = 20'],
    ['a digest is another', "update block_archive set digest = sha256('') where first = 20"],
    ['a size is another', 'update block_archive set bytes = bytes + 1 where first = 20'],
    ['a time is another', 'update block_archive set time = time - 1 where first = 20'],
  ])('is made again from the files when %s', async (_, damage) => {
    await inDatabase(damage)
    const { findings } = await check(history)
    expect(findings[0]).toMatchObject({ check: 'archive', where: names[1], repairable: true })
    await check(history, { repair: true })
    expect((await check(history)).findings).toEqual([])
    expect(await everything()).toEqual(before)
  })
})

describe('a block that is damaged before it is archived', () => {
  it('stays where it can be mended', () => {
    expect(refusal).toMatchObject({
      code: 'store.archive-refused',
      details: { height: 10n, reason: 'its root is not the one that the next header signs' },
    })
    expect(mending).toMatchObject([{ check: 'blocks', where: 'height 10', repaired: true }])
  })
})
