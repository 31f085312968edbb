/** What CometBFT's handshake and the engine say when database, CometBFT home and signing state come from different moments. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { installCometbft } from '../../../scripts/install-cometbft.ts'
import { utf8 } from '../../../src/codec/index.ts'
import { CometbftEngine, type GenesisInput, prepareIdentity } from '../../../src/engine/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { until } from '../following.ts'
import { Disk, TinyApplication } from '../tiny-application.ts'

/** The first run builds CometBFT. */
const buildTimeout = 600_000

let binary: string
let folder: string
let home: string
let genesis: GenesisInput
let disk: Disk
let application: TinyApplication
let engine: CometbftEngine
let failures: unknown[]

beforeAll(() => {
  binary = installCometbft()
}, buildTimeout)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'commonroot-test-crash-'))
  home = join(folder, 'home')
  const { validator } = await prepareIdentity(home)
  genesis = {
    chainId: 'tiny-0a1b2c3d',
    time: { seconds: BigInt(Math.floor(Date.now() / 1000)) - 5n, nanos: 0 },
    validators: [{ key: validator, power: 1n }],
    application: new Uint8Array(0),
    initialHeight: 1n,
  }
  disk = new Disk()
  failures = []
})

afterEach(async () => {
  await engine.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(retainHeight = 0n): Promise<void> {
  application = new TinyApplication(disk)
  application.retainHeight = retainHeight
  engine = new CometbftEngine({ home, binary, genesis, listen: '127.0.0.1:0', idleInterval: 100, oneHost: true })
  await engine.start(application, (error) => failures.push(error))
}

async function refusal(): Promise<unknown> {
  try {
    await start()
  } catch (error) {
    if (error instanceof CommonrootError) return { code: error.code, details: error.details }
    throw error
  }
  return undefined
}

/** Runs until the pair is committed and a few blocks follow, then stops. @returns the height of the database */
async function runWith(pair: string, retainHeight = 0n): Promise<bigint> {
  await start(retainHeight)
  const [key = ''] = pair.split('=')
  await engine.submit(utf8(pair))
  await until('the pair', () => application.entries.has(key))
  const { height } = await application.info()
  await until('more blocks', async () => (await application.info()).height >= height + 3n)
  await engine.stop()
  return disk.content.height
}

const data = () => join(home, 'data')
const signingState = () => join(data(), 'priv_validator_state.json')

/** The data of the home as it is now, but for the signing state, which nobody restores. */
function putDataBack(copy: string): void {
  const newest = readFileSync(signingState())
  rmSync(data(), { recursive: true })
  cpSync(copy, data(), { recursive: true })
  writeFileSync(signingState(), newest)
}

describe('engine ahead', { timeout: 60_000 }, () => {
  it('of a database from an older backup: the blocks since then are brought again, and nothing is lost', async () => {
    await runWith('old=1')
    const backup = disk.content
    const height = await runWith('new=1')
    disk.write(backup)
    await start()
    expect(application.entries.has('new')).toBe(true)
    expect((await application.info()).height).toBeGreaterThanOrEqual(height)
    expect(failures).toEqual([])
  })

  it('of an empty database: all blocks are brought again', async () => {
    await runWith('old=1')
    disk = new Disk()
    await start()
    expect(application.entries.has('old')).toBe(true)
  })

  it('by blocks that it has forgotten: engine.blocks-gone', async () => {
    await runWith('old=1')
    const backup = disk.content
    const height = await runWith('new=1')
    await runWith('newer=1', height)
    disk.write(backup)
    const found = await refusal()
    expect(found).toEqual({ code: 'engine.blocks-gone', details: { height: backup.height, base: height } })
  })
})

describe('application ahead', { timeout: 60_000 }, () => {
  it('of a home from an older copy: engine.application-ahead, until the newest home is back', async () => {
    await runWith('old=1')
    cpSync(data(), join(folder, 'older'), { recursive: true })
    const height = await runWith('new=1')
    cpSync(data(), join(folder, 'newest'), { recursive: true })
    putDataBack(join(folder, 'older'))
    expect(await refusal()).toMatchObject({ code: 'engine.application-ahead', details: { height } })
    expect(application.blocks).toEqual([])

    putDataBack(join(folder, 'newest'))
    await start()
    await engine.submit(utf8('last=1'))
    await until('the pair', () => application.entries.has('last'))
  })

  it('of a home without blocks: engine.home-emptied', async () => {
    const height = await runWith('old=1')
    for (const name of ['blockstore.db', 'state.db', 'cs.wal']) rmSync(join(data(), name), { recursive: true })
    expect(await refusal()).toEqual({ code: 'engine.home-emptied', details: { height } })
  })
})

describe('a database that holds something else', { timeout: 60_000 }, () => {
  it('at the same height: engine.replay-diverged', async () => {
    const height = await runWith('old=1')
    disk.write({ height, entries: new Map([['old', '2']]) })
    expect(await refusal()).toMatchObject({ code: 'engine.replay-diverged' })
  })
})

describe('the signing state of a lone validator', { timeout: 60_000 }, () => {
  it('beyond database and home, both from older copies: engine.behind-signing-state', async () => {
    const older = await runWith('old=1')
    const backup = disk.content
    cpSync(data(), join(folder, 'older'), { recursive: true })
    const height = await runWith('new=1')
    disk.write(backup)
    putDataBack(join(folder, 'older'))
    const found = await refusal()
    expect(found).toMatchObject({ code: 'engine.behind-signing-state', details: { height: older } })
    expect(height).toBeGreaterThan(older)
  })

  it('older than the database: engine.signing-state-stale', async () => {
    await runWith('old=1')
    const old = readFileSync(signingState())
    const height = await runWith('new=1')
    writeFileSync(signingState(), old)
    expect(await refusal()).toMatchObject({ code: 'engine.signing-state-stale', details: { height } })
  })
})
