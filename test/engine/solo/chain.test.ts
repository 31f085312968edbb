import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/codec/index.ts'
import { maximumBlockBytes, maximumGas } from '../../../src/engine/index.ts'
import {
  commitHash,
  compareTimestamps,
  consensusParametersHash,
  emptyHash,
  headerHash,
  merkleRoot,
  resultsHash,
  transactionsHash,
} from '../../../src/light/index.ts'
import { followAll, until } from '../following.ts'
import { refusalOf } from '../refusal.ts'
import { malformedCode, rootOf } from '../tiny-application.ts'
import { genesisTime, HeldKey, SoloFixture } from './fixture.ts'

let chain: SoloFixture
afterEach(() => chain.discard())

describe('a solo chain', () => {
  it('executes what is submitted, and a light client follows every header of it', async () => {
    chain = new SoloFixture()
    await chain.start()
    for (let count = 0; count < 20; count++) {
      await chain.engine.submit(utf8(`key${count}=value`))
      if (count % 5 === 4) await until('the pairs', () => chain.application.entries.size === count + 1)
    }
    const last = await chain.height()
    const trust = await followAll(chain.engine, 1n, last)
    expect(trust.height).toBe(last)
    expect(chain.failures).toEqual([])
  })

  it('binds transactions, results, state and votes into the headers as CometBFT does', async () => {
    chain = new SoloFixture()
    await chain.start()
    await chain.engine.submit(utf8('a=1'))
    await chain.engine.submit(utf8('not a pair'))
    await until('the pair', () => chain.application.entries.size === 1)
    const block = chain.application.blocks.find(({ transactions }) => transactions.length > 0)
    if (block === undefined) throw new Error('no block has transactions')
    await until('the header after it', async () => (await chain.height()) > block.height)

    const { header, blockId, votes } = await chain.engine.signedHeader(block.height)
    expect(blockId.hash).toEqual(block.hash)
    expect(headerHash(header)).toEqual(block.hash)
    expect(blockId.partsHash).toEqual(merkleRoot([block.hash]))
    expect(header.dataHash).toEqual(transactionsHash(block.transactions))
    expect(header.appHash).toEqual(rootOf(new Map()))
    expect(header.consensusHash).toEqual(consensusParametersHash(BigInt(maximumBlockBytes), maximumGas))

    const { header: next } = await chain.engine.signedHeader(block.height + 1n)
    expect(next.appHash).toEqual(rootOf(new Map([['a', '1']])))
    expect(next.lastBlockId).toEqual(blockId)
    expect(next.lastCommitHash).toEqual(commitHash(votes, chain.genesis.validators))
    expect(next.time).toEqual(votes[0]?.time)
    expect(next.lastResultsHash).toEqual(
      resultsHash([
        { code: 0, data: utf8('1') },
        { code: malformedCode, data: new Uint8Array(0) },
      ]),
    )
  })

  it('begins at the genesis: its time, its initial height, nothing before it', async () => {
    chain = new SoloFixture()
    await chain.discard()
    const validator = new HeldKey()
    chain = new SoloFixture({
      validator,
      genesis: {
        chainId: 'tiny-0a1b2c3d',
        time: genesisTime,
        validators: [{ key: validator.key, power: 3n }],
        application: utf8('seed'),
        initialHeight: 7n,
      },
    })
    await chain.start()
    await until('two blocks', async () => (await chain.height()) >= 8n)
    const { header } = await chain.engine.signedHeader(7n)
    expect(header).toMatchObject({
      height: 7n,
      time: genesisTime,
      lastCommitHash: emptyHash,
      lastResultsHash: emptyHash,
    })
    expect(header.lastBlockId).toBeUndefined()
    expect(chain.application.genesis?.application).toEqual(utf8('seed'))
    expect(chain.application.blocks[0]?.votedLast).toEqual([])
    expect(chain.application.blocks[1]?.votedLast).toEqual([{ validator: header.proposerAddress, signed: true }])
    expect(await chain.engine.status()).toMatchObject({ earliest: 7n, catchingUp: false, peers: 0 })
  })

  it('has strictly rising times', async () => {
    chain = new SoloFixture({ idleInterval: 1 })
    await chain.start()
    await until('30 blocks', async () => (await chain.height()) >= 30n)
    for (let height = 2n; height <= 30n; height++) {
      const before = await chain.engine.signedHeader(height - 1n)
      const after = await chain.engine.signedHeader(height)
      expect(compareTimestamps(before.header.time, after.header.time)).toBeLessThan(0)
    }
  })

  it('says that it has no header beyond its head, and no validators beyond the next block', async () => {
    chain = new SoloFixture({ idleInterval: 60_000 })
    await chain.start()
    await until('the first block', async () => (await chain.height()) === 1n)
    expect(await refusalOf(() => chain.engine.signedHeader(2n))).toBe('engine.no-header')
    expect(await chain.engine.validators(2n)).toEqual(chain.genesis.validators)
    expect(await refusalOf(() => chain.engine.validators(3n))).toBe('engine.no-header')
    expect(await refusalOf(() => chain.engine.validators(0n))).toBe('engine.no-header')
  })

  it('finishes its block when it stops, and takes nothing afterwards', async () => {
    chain = new SoloFixture()
    await chain.start()
    await chain.engine.submit(utf8('a=1'))
    await chain.engine.stop()
    expect(await refusalOf(() => chain.engine.submit(utf8('b=1')))).toBe('engine.stopped')
    const { height } = await chain.application.info()
    if (height > 0n) expect((await chain.engine.signedHeader(height)).header.height).toBe(height)
  })
})

describe('a solo engine refuses', () => {
  const start = async (validators: (key: HeldKey) => { key: HeldKey['key']; power: bigint }[]) => {
    const validator = new HeldKey()
    chain = new SoloFixture({
      validator,
      genesis: {
        chainId: 'tiny-0a1b2c3d',
        time: genesisTime,
        validators: validators(validator),
        application: new Uint8Array(0),
        initialHeight: 1n,
      },
    })
    return refusalOf(() => chain.start())
  }

  it('a genesis with a second validator', async () => {
    expect(
      await start(({ key }) => [
        { key, power: 1n },
        { key: new HeldKey().key, power: 1n },
      ]),
    ).toBe('engine.solo-validators')
  })

  it('a genesis with another key than its own', async () => {
    expect(await start(() => [{ key: new HeldKey().key, power: 1n }])).toBe('engine.solo-validators')
  })

  it('a genesis without power', async () => {
    expect(await start(({ key }) => [{ key, power: 0n }])).toBe('engine.genesis-unfit')
  })

  it('to go on when the application breaks its contract', async () => {
    const breaches: [string, (fixture: SoloFixture) => void][] = [
      ['engine.own-proposal-refused', ({ application }) => Object.assign(application, { acceptsProposals: false })],
      [
        'engine.solo-validators',
        ({ application, genesis: { validators } }) =>
          patchOutput(application, (output) => ({ ...output, validatorUpdates: validators })),
      ],
      [
        'engine.application-answer',
        ({ application }) => patchOutput(application, (output) => ({ ...output, appHash: new Uint8Array(31) })),
      ],
      [
        'engine.application-answer',
        ({ application }) =>
          patchOutput(application, (output) => ({ ...output, results: [{ code: 0, data: new Uint8Array(0) }] })),
      ],
      [
        'engine.application-answer',
        ({ application }) =>
          Object.assign(application, { prepareProposal: async () => [new Uint8Array(maximumBlockBytes)] }),
      ],
    ]
    for (const [code, breach] of breaches) {
      chain = new SoloFixture()
      breach(chain)
      await chain.start()
      await until('the failure', () => chain.failures.length > 0)
      expect(chain.failures).toMatchObject([{ code }])
      expect((await chain.application.info()).height).toBe(0n)
      await chain.discard()
    }
  })
})

type Tiny = SoloFixture['application']
type Output = Awaited<ReturnType<Tiny['finalizeBlock']>>

function patchOutput(application: Tiny, change: (output: Output) => Output): void {
  const finalizeBlock = application.finalizeBlock.bind(application)
  application.finalizeBlock = async (block) => change(await finalizeBlock(block))
}
