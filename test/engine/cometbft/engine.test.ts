import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installCometbft } from '../../../scripts/install-cometbft.ts'
import { utf8 } from '../../../src/codec/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import {
  CometbftEngine,
  type GenesisInput,
  maximumBlockBytes,
  maximumGas,
  prepareIdentity,
} from '../../../src/engine/index.ts'
import {
  commitHash,
  consensusParametersHash,
  resultsHash,
  transactionsHash,
  verifySignedHeader,
} from '../../../src/light/index.ts'
import { followAll, until } from '../following.ts'
import { refusalOf } from '../refusal.ts'
import { Disk, rootOf, TinyApplication } from '../tiny-application.ts'

/** The first run builds CometBFT. */
const buildTimeout = 600_000

const home = mkdtempSync(join(tmpdir(), 'commonroot-test-cometbft-'))
let binary: string
let genesis: GenesisInput
let application: TinyApplication
let engine: CometbftEngine
const disk = new Disk()
const failures: unknown[] = []

async function start(): Promise<void> {
  application = new TinyApplication(disk)
  engine = new CometbftEngine({ home, binary, genesis, listen: '127.0.0.1:0', idleInterval: 300, oneHost: true })
  await engine.start(application, (error) => failures.push(error))
}

function childProcess(): number {
  return Number(readFileSync(join(home, 'cometbft.pid'), 'utf8'))
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}

beforeAll(async () => {
  binary = installCometbft()
  const { validator } = await prepareIdentity(home)
  genesis = {
    chainId: 'tiny-0a1b2c3d',
    time: { seconds: BigInt(Math.floor(Date.now() / 1000)) - 5n, nanos: 1_000 },
    validators: [{ key: validator, power: 10n }],
    application: utf8('the seed, "quoted"'),
    initialHeight: 1n,
  }
  await start()
}, buildTimeout)

afterAll(async () => {
  await engine.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('CometBFT with one validator', () => {
  it('initialises the application with the genesis that was given', () => {
    expect(application.genesis).toEqual(genesis)
  })

  it('finalises transactions, and a light client follows every header', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => engine.submit(utf8(`key${index}=value`))))
    await until('the pairs', () => application.entries.size === 50)
    const { height } = await application.info()
    await until('the header after them', async () => (await engine.status()).height > height)
    const trust = await followAll(engine, 1n, height + 1n)
    expect(trust.height).toBe(height + 1n)
    expect(application.overlapping).toBe(0)
  })

  it('puts into its headers what this code computes, so that both engines agree', async () => {
    await engine.submit(utf8('a=1'))
    await until('the pair', () => application.entries.get('a') === '1')
    const block = application.blocks.find(({ transactions }) =>
      transactions.some((transaction) => new TextDecoder().decode(transaction) === 'a=1'),
    )
    if (block === undefined) throw new Error('no block has the transaction')
    await until('two more headers', async () => (await engine.status()).height >= block.height + 2n)
    const { header, blockId } = await engine.signedHeader(block.height)
    const { header: next } = await engine.signedHeader(block.height + 1n)
    const { votes } = await engine.signedHeader(block.height)
    const validators = await engine.validators(block.height)
    expect(blockId.hash).toEqual(block.hash)
    expect(header.time).toEqual(block.time)
    expect(header.version).toEqual({ block: 11n, app: 1n })
    expect(header.dataHash).toEqual(transactionsHash(block.transactions))
    expect(header.consensusHash).toEqual(consensusParametersHash(BigInt(maximumBlockBytes), maximumGas))
    expect(next.lastBlockId).toEqual(blockId)
    expect(next.lastCommitHash).toEqual(commitHash(votes, validators))
    expect(next.lastResultsHash).toEqual(resultsHash([{ code: 0, data: utf8('1') }]))
    expect(next.appHash).toEqual(rootOf(application.entries))
    expect(validators).toEqual(genesis.validators)
    expect(block.votedLast).toEqual([{ validator: header.proposerAddress, signed: true }])
  })

  it('serves the newest header at once, from votes that are not in a block yet', async () => {
    const { height } = await engine.status()
    const signed = await engine.signedHeader(height)
    expect(() => verifySignedHeader(signed, genesis.validators, genesis.chainId, voteVerifier)).not.toThrow()
  })

  it("hands on the application's own refusal of a transaction", async () => {
    await expect(engine.submit(utf8('not a pair'))).rejects.toMatchObject({ code: 'tiny.form' })
    expect(application.admitted).toContainEqual({ transaction: 'not a pair', from: 'api' })
  })

  it('refuses bytes that it has seen', async () => {
    await engine.submit(utf8('twice=1'))
    expect(await refusalOf(() => engine.submit(utf8('twice=1')))).toBe('engine.duplicate-transaction')
  })

  it('says that it has no header of a height to come, and no validators beyond the next', async () => {
    expect(await refusalOf(() => engine.signedHeader(1_000_000n))).toBe('engine.no-header')
    expect(await refusalOf(() => engine.validators(1_000_000n))).toBe('engine.no-header')
  })

  it('reports its progress', async () => {
    expect(await engine.status()).toMatchObject({ earliest: 1n, catchingUp: false, peers: 0 })
  })

  it('comes back when its process is killed', async () => {
    const killed = childProcess()
    process.kill(killed, 'SIGKILL')
    await until('a new process', () => {
      try {
        return childProcess() !== killed
      } catch {
        return false
      }
    })
    await until('its answer', () =>
      engine.submit(utf8('after=kill')).then(
        () => true,
        () => false,
      ),
    )
    await until('the pair', () => application.entries.get('after') === 'kill')
    expect(failures).toEqual([])
  })

  it('goes on when node and application start again', async () => {
    const { height } = await application.info()
    const before = childProcess()
    await engine.stop()
    expect(isAlive(before)).toBe(false)
    expect(await refusalOf(() => engine.submit(utf8('x=1')))).toBe('engine.stopped')
    await start()
    expect(application.genesis).toBeUndefined()
    await engine.submit(utf8('again=1'))
    await until('the pair', () => application.entries.get('again') === '1')
    await followAll(engine, height, (await application.info()).height)
  })

  it('replays to an application that lost its newest blocks', async () => {
    const old = disk.content
    await engine.submit(utf8('later=1'))
    await until('the pair', () => application.entries.get('later') === '1')
    await engine.stop()
    disk.write(old)
    await start()
    await until('the pair again', () => application.entries.get('later') === '1')
  })

  it('refuses the home of another chain', async () => {
    const other = new CometbftEngine({
      home,
      binary,
      genesis: { ...genesis, chainId: 'other-0a1b2c3d' },
      listen: '127.0.0.1:0',
    })
    expect(await refusalOf(() => other.start(new TinyApplication(), () => undefined))).toBe('engine.home-foreign')
  })

  it('reports an application that fails, and lets its process end', async () => {
    const child = childProcess()
    application.fault = 'finalize'
    await engine.submit(utf8('fatal=1'))
    await until('the failure', () => failures.length > 0)
    expect(String(failures[0])).toContain('fault: finalize')
    await until('the end of the process', () => !isAlive(child))
    await engine.stop()
    expect(readdirSync(home)).not.toContain('cometbft.pid')
    failures.length = 0
    await start()
    await until('the block that failed', () => application.entries.get('fatal') === '1')
  })

  it('does not start over beside an application that has blocks already', async () => {
    await engine.stop()
    for (const name of ['blockstore.db', 'state.db', 'cs.wal']) {
      rmSync(join(home, 'data', name), { recursive: true, force: true })
    }
    expect(await refusalOf(start)).toBe('engine.home-emptied')
  })
})
