import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesField, concat, messageField, textField, utf8, varint, varintField } from '../../../src/codec/index.ts'
import { FrameReader, frame, maximumFrameBytes } from '../../../src/engine/cometbft/abci-frames.ts'
import { decodeRequest } from '../../../src/engine/cometbft/abci-messages.ts'
import { AbciServer } from '../../../src/engine/cometbft/abci-server.ts'
import { AbciService } from '../../../src/engine/cometbft/abci-service.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { until } from '../following.ts'
import { refusalOf } from '../refusal.ts'
import { TinyApplication } from '../tiny-application.ts'
import { AbciPeer, request, requests, time } from './abci-peer.ts'

const readAll = (...chunks: readonly Uint8Array[]): Uint8Array[] => {
  const reader = new FrameReader()
  return chunks.flatMap((chunk) => [...reader.push(chunk)])
}

describe('ABCI framing', () => {
  it('gives back the messages however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
        (messages, sizes) => {
          const stream = concat(...messages.map(frame))
          const chunks: Uint8Array[] = []
          for (let offset = 0, turn = 0; offset < stream.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1
            chunks.push(stream.subarray(offset, offset + size))
            offset += size
          }
          expect(readAll(...chunks)).toEqual(messages)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('refuses a length beyond the limit before any of the message is there', async () => {
    expect(await refusalOf(() => readAll(varint(BigInt(maximumFrameBytes) + 1n)))).toBe('engine.abci-frame')
  })

  it('refuses a length of more than four bytes', async () => {
    expect(await refusalOf(() => readAll(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x01)))).toBe('engine.abci-frame')
    expect(await refusalOf(() => readAll(new Uint8Array(10).fill(0x80)))).toBe('engine.abci-frame')
  })

  it('refuses a length that is longer than it need be', async () => {
    expect(await refusalOf(() => readAll(Uint8Array.of(0x81, 0x00, 0x00)))).toBe('engine.abci-frame')
    expect(await refusalOf(() => readAll(Uint8Array.of(0x80, 0x00)))).toBe('engine.abci-frame')
  })

  it('refuses to send what is too long', async () => {
    expect(await refusalOf(() => frame(new Uint8Array(maximumFrameBytes + 1)))).toBe('engine.too-large')
  })

  it('knows whether the stream ends within a message', () => {
    const reader = new FrameReader()
    expect(reader.isAtBoundary).toBe(true)
    expect([...reader.push(Uint8Array.of(2, 1))]).toEqual([])
    expect(reader.isAtBoundary).toBe(false)
    expect([...reader.push(Uint8Array.of(1))]).toEqual([Uint8Array.of(1, 1)])
    expect(reader.isAtBoundary).toBe(true)
  })
})

describe('an ABCI request', () => {
  const finalize = (...fields: readonly Uint8Array[]) => messageField(20, concat(...fields))
  const hash = bytesField(4, new Uint8Array(32))
  const height = varintField(5, 3)
  const proposer = bytesField(8, new Uint8Array(20))
  const lastCommit = messageField(2, new Uint8Array(0))
  const vote = (address: number, flag: number) =>
    messageField(
      2,
      messageField(2, concat(messageField(1, bytesField(1, new Uint8Array(address))), varintField(3, flag))),
    )

  it('is read when it is sound', () => {
    expect(decodeRequest(finalize(lastCommit, hash, height, time(6), proposer))).toMatchObject({
      kind: 'finalize_block',
      block: { height: 3n, transactions: [], votedLast: [] },
    })
  })

  it.each([
    ['without anything', new Uint8Array(0), 'engine.abci-unknown'],
    ['of a kind that the protocol dropped', messageField(9, new Uint8Array(0)), 'engine.abci-unknown'],
    ["of the application's own mempool", messageField(21, bytesField(1, utf8('a=1'))), 'engine.abci-unknown'],
    ['that is cut', finalize(hash).subarray(0, -1), 'engine.abci-message'],
    ['of random bytes', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff), 'engine.abci-message'],
    ['of ten thousand open groups', new Uint8Array(10_000).fill(0x0b), 'engine.abci-message'],
    ['without a time', finalize(lastCommit, hash, height, proposer), 'engine.abci-message'],
    ['without a last commit', finalize(hash, height, time(6), proposer), 'engine.abci-message'],
    ['without a height', finalize(lastCommit, hash, time(6), proposer), 'engine.abci-message'],
    ['of a negative height', finalize(lastCommit, hash, varintField(5, -1), time(6), proposer), 'engine.abci-message'],
    [
      'with a short hash',
      finalize(lastCommit, bytesField(4, new Uint8Array(31)), height, time(6), proposer),
      'engine.abci-message',
    ],
    [
      'with a long proposer',
      finalize(lastCommit, hash, height, time(6), bytesField(8, new Uint8Array(21))),
      'engine.abci-message',
    ],
    ['with a vote of nobody', finalize(vote(0, 2), hash, height, time(6), proposer), 'engine.abci-message'],
    ['with a vote of no kind', finalize(vote(20, 0), hash, height, time(6), proposer), 'engine.abci-message'],
    ['with a vote of a new kind', finalize(vote(20, 4), hash, height, time(6), proposer), 'engine.abci-message'],
    [
      'with a time before 1970',
      finalize(lastCommit, hash, height, messageField(6, varintField(1, -1)), proposer),
      'engine.abci-message',
    ],
    [
      'with too many nanoseconds',
      finalize(lastCommit, hash, height, messageField(6, varintField(2, 1_000_000_000)), proposer),
      'engine.abci-message',
    ],
    ['for a check of an unknown type', messageField(8, varintField(2, 2)), 'engine.abci-message'],
    [
      'that begins a chain with a key of another kind',
      messageField(
        5,
        concat(
          time(1),
          textField(2, 'tiny-0a1b2c3d'),
          messageField(4, concat(messageField(1, bytesField(2, new Uint8Array(33))), varintField(2, 1))),
          varintField(6, 1),
        ),
      ),
      'engine.abci-message',
    ],
    [
      'that begins a chain with a state that is not ours',
      messageField(5, concat(time(1), textField(2, 'tiny-0a1b2c3d'), bytesField(5, utf8('{}')), varintField(6, 1))),
      'engine.abci-message',
    ],
  ])('%s is refused', async (_, bytes, code) => {
    expect(await refusalOf(() => decodeRequest(bytes))).toBe(code)
  })

  it('of any bytes is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged()), (bytes) => {
        try {
          decodeRequest(bytes)
        } catch (error) {
          if (!(error instanceof CommonrootError)) throw error
        }
      }),
      { numRuns: 3_000 },
    )
  })

  function damaged() {
    const sound = requests.finalizeBlock(1, 'a=1').subarray(2)
    return fc
      .tuple(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([place, change]) => sound.map((byte, index) => (index === place ? byte ^ change : byte)))
  }
})

describe('a broken ABCI peer', () => {
  let server: AbciServer
  let peerFailures: unknown[]
  let applicationFailures: unknown[]
  let port: number

  beforeEach(async () => {
    peerFailures = []
    applicationFailures = []
    const service = new AbciService(new TinyApplication(), { isOwn: () => false, refused: () => undefined })
    server = new AbciServer({
      answer: (asked) => service.answer(asked),
      applicationFailed: (error) => applicationFailures.push(error),
      peerFailed: (error) => peerFailures.push(error),
    })
    port = Number((await server.listen({ port: 0 })).split(':').at(-1))
  })

  afterEach(() => server.close())

  it.each([
    ['an unknown request', request(30, new Uint8Array(0)), 'engine.abci-unknown'],
    ['an announced giant', varint(2n ** 31n), 'engine.abci-frame'],
    ['a damaged message', concat(Uint8Array.of(3), utf8('abc')), 'engine.abci-message'],
  ])('that sends %s gets what it asked before, an exception, and is cut off', async (_, bytes, code) => {
    const peer = new AbciPeer(port)
    peer.send(requests.echo('before'), bytes, requests.echo('after'))
    await peer.ended
    expect(peer.answers).toEqual([
      [2, textField(1, 'before')],
      [1, textField(1, code)],
    ])
    expect(peerFailures).toMatchObject([{ code }])
    expect(applicationFailures).toEqual([])

    const next = new AbciPeer(port)
    next.send(requests.flush())
    await until('the answer to another peer', () => next.answers.length === 1)
    next.destroy()
  })

  it('that leaves within a message is reported and forgotten', async () => {
    const peer = new AbciPeer(port)
    peer.send(requests.echo('cut').subarray(0, 4))
    peer.finish()
    await peer.ended
    await until('the report', () => peerFailures.length === 1)
    expect(peerFailures).toMatchObject([{ code: 'engine.abci-frame' }])
  })

  it('can not open connections without end', async () => {
    const crowd = Array.from({ length: 12 }, () => new AbciPeer(port))
    for (const peer of crowd) peer.send(requests.flush())
    await until('the refusals', () => crowd.filter((peer) => peer.answers.length === 1).length === 8)
    await Promise.race(crowd.map((peer) => peer.ended))
    for (const peer of crowd) peer.destroy()
  })
})
