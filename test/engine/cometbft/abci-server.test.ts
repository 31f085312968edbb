import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesField, concat, messageField, textField, utf8, varintField } from '../../../src/codec/index.ts'
import { AbciServer } from '../../../src/engine/cometbft/abci-server.ts'
import { AbciService } from '../../../src/engine/cometbft/abci-service.ts'
import { until } from '../following.ts'
import { malformedCode, rootOf, TinyApplication } from '../tiny-application.ts'
import { AbciPeer, requests } from './abci-peer.ts'

const answerField = { exception: 1, echo: 2, flush: 3, info: 4, query: 7, checkTransaction: 9, commit: 12 } as const

let application: TinyApplication
let server: AbciServer
let failures: unknown[]
let port: number
const peers: AbciPeer[] = []

beforeEach(async () => {
  application = new TinyApplication()
  failures = []
  const service = new AbciService(application, { isOwn: () => false, refused: () => undefined })
  server = new AbciServer({
    answer: (request) => service.answer(request),
    applicationFailed: (error) => failures.push(error),
  })
  port = Number((await server.listen({ port: 0 })).split(':').at(-1))
})

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.destroy()
  await server.close()
})

function connectPeer(): AbciPeer {
  const peer = new AbciPeer(port)
  peers.push(peer)
  return peer
}

async function answersTo(...sent: readonly Uint8Array[]) {
  const peer = connectPeer()
  peer.send(...sent)
  await until('all answers', () => peer.answers.length === sent.length)
  return peer.answers
}

describe('the ABCI server', () => {
  it('echoes and flushes', async () => {
    expect(await answersTo(requests.echo('hello'), requests.flush())).toEqual([
      [answerField.echo, textField(1, 'hello')],
      [answerField.flush, new Uint8Array(0)],
    ])
  })

  it('says how far the application is', async () => {
    const [[field, body] = []] = await answersTo(requests.info())
    expect(field).toBe(answerField.info)
    expect(body).toEqual(
      concat(textField(1, 'commonroot'), varintField(3, 1), bytesField(5, rootOf(application.entries))),
    )
  })

  it('answers in the order of the requests, however long each takes', async () => {
    const admit = application.admit.bind(application)
    application.admit = async (transaction, from) => {
      await new Promise((resolve) => setTimeout(resolve, transaction.length === 3 ? 50 : 0))
      return admit(transaction, from)
    }
    const answers = await answersTo(
      requests.checkTransaction('a=1'),
      requests.checkTransaction('not a pair'),
      requests.echo('last'),
    )
    expect(answers).toEqual([
      [answerField.checkTransaction, new Uint8Array(0)],
      [
        answerField.checkTransaction,
        concat(varintField(1, malformedCode), textField(3, 'tiny.form'), textField(8, 'commonroot')),
      ],
      [answerField.echo, textField(1, 'last')],
    ])
  })

  it('tells the application what is new and what is checked again', async () => {
    await answersTo(requests.checkTransaction('a=1'), requests.checkTransaction('a=1', 1))
    expect(application.admitted).toEqual([
      { transaction: 'a=1', from: 'peer' },
      { transaction: 'a=1', from: 'recheck' },
    ])
  })

  it('carries blocks with votes and misbehaviour, and their results', async () => {
    const answers = await answersTo(requests.finalizeBlock(1, 'a=1', 'not a pair'), requests.commit())
    expect(application.blocks).toEqual([
      {
        height: 1n,
        hash: new Uint8Array(32).fill(7),
        time: { seconds: 1_700_000_000n, nanos: 5 },
        transactions: [utf8('a=1'), utf8('not a pair')],
        proposer: new Uint8Array(20).fill(9),
        misbehaviour: [
          {
            kind: 'duplicate-vote',
            validator: new Uint8Array(20).fill(2),
            power: 10n,
            height: 4n,
            time: { seconds: 1_600_000_000n, nanos: 0 },
            totalPower: 40n,
          },
        ],
        votedLast: [{ validator: new Uint8Array(20).fill(1), signed: true }],
      },
    ])
    const [[, finalized] = []] = answers
    expect(finalized).toEqual(
      concat(
        messageField(2, bytesField(2, utf8('1'))),
        messageField(2, varintField(1, malformedCode)),
        bytesField(5, rootOf(new Map([['a', '1']]))),
      ),
    )
    expect(application.entries).toEqual(new Map([['a', '1']]))
  })

  it('answers no queries and has no snapshots', async () => {
    const answers = await answersTo(
      requests.query(),
      requests.listSnapshots(),
      requests.offerSnapshot(),
      requests.loadSnapshotChunk(),
      requests.applySnapshotChunk(),
    )
    expect(answers.map(([field]) => field)).toEqual([answerField.query, 13, 14, 15, 16])
    expect(answers[0]?.[1]).toEqual(
      concat(varintField(1, 823), textField(3, 'engine.query-refused'), textField(10, 'commonroot')),
    )
    expect(answers[2]?.[1]).toEqual(varintField(1, 3))
    expect(answers[4]?.[1]).toEqual(varintField(1, 2))
  })

  it('serves four connections, and the application sees one block call at a time', async () => {
    const four = Array.from({ length: 4 }, () => connectPeer())
    for (const [index, peer] of four.entries()) {
      peer.send(requests.finalizeBlock(index + 1, `key${index}=1`), requests.finalizeBlock(index + 1), requests.flush())
    }
    await until('all answers', () => four.every((peer) => peer.answers.length === 3))
    expect(application.overlapping).toBe(0)
    expect(application.blocks).toHaveLength(8)
  })

  it('answers requests that arrive byte by byte', async () => {
    const peer = connectPeer()
    for (const byte of concat(requests.echo('slow'), requests.flush())) {
      peer.send(Uint8Array.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until('both answers', () => peer.answers.length === 2)
  })

  it('answers thousands of requests that are sent without waiting', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => requests.checkTransaction(`key${index}=1`))
    expect(await answersTo(...many)).toHaveLength(5_000)
    expect(application.admitted.map(({ transaction }) => transaction)).toEqual(
      Array.from({ length: 5_000 }, (_, index) => `key${index}=1`),
    )
  })

  it('sends an exception, reports and closes when the application fails; what follows is not executed', async () => {
    application.fault = 'finalize'
    const peer = connectPeer()
    peer.send(requests.echo('first'), requests.finalizeBlock(1, 'a=1'), requests.commit())
    await peer.ended
    expect(peer.answers).toEqual([
      [answerField.echo, textField(1, 'first')],
      [answerField.exception, textField(1, 'the application failed')],
    ])
    expect(failures).toHaveLength(1)
    expect(String(failures[0])).toContain('fault: finalize')
  })

  it('refuses a block that does not follow the application', async () => {
    const peer = connectPeer()
    peer.send(requests.finalizeBlock(2), requests.commit(), requests.finalizeBlock(4))
    await peer.ended
    expect(peer.answers.at(-1)).toEqual([answerField.exception, textField(1, 'engine.height-order')])
    expect(failures).toMatchObject([{ code: 'engine.height-order' }])
  })

  it('lets a block finish whose connection is lost', async () => {
    const peer = connectPeer()
    peer.send(requests.finalizeBlock(1, 'a=1'))
    await until('the block', () => application.blocks.length === 1)
    peer.destroy()
    expect((await answersTo(requests.commit()))[0]?.[0]).toBe(answerField.commit)
    expect(application.entries.get('a')).toBe('1')
    expect(failures).toEqual([])
  })
})
