/** How single submissions gather, who waits for whom, and what becomes of those that wait when something is wrong. */
import { beforeEach, describe, expect, it } from 'vitest'
import { fitting } from '../../../api/carrier/carrier.ts'
import { Carrier } from '../../../api/carrier/index.ts'
import { maximumCarriedBytes, maximumCarriedItems, patience } from '../../../api/carrier/limits.ts'
import { issueVoucher } from '../../../pki/voucher/index.ts'
import { decodeCbor, decodeEnvelope, toHex, utf8 } from '../../../src/codec/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { governanceError, members, standings } from '../../../src/governance/index.ts'
import { recordAddress } from '../../../src/module/index.ts'
import { type Committed, nodeError } from '../../../src/node/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { testKey, testMember } from '../../ledger/members.ts'

const line = testKey('ES256')
const maker = testMember('maker', ['vendor'], { line: { threshold: 1, keys: [line] } })
const operator = testMember('operator', ['operator'])
const chain = 'test-0123abcd'
const now = BigInt(Date.now())
const voucher = await issueVoucher(
  { chain, manufacturer: maker.id, serials: { from: 'S00', to: 'S99' }, expires: now + 3_600_000n },
  [line],
)
const list = await Promise.all(
  Array.from({ length: 20 }, (_, index) => testDevice(chain, maker.id, `S${String(index).padStart(2, '0')}`)),
)

/** What the chain stores of the manufacturer. */
const { id, name, roles, keys } = maker
const stored = new Map([
  [
    toHex(recordAddress(members, utf8(id)).key),
    members.encode({ id, name, roles: [...roles], keys: keys.map((each) => ({ ...each, keys: [...each.keys] })) }),
  ],
  [
    toHex(recordAddress(standings, utf8(id)).key),
    standings.encode({ member: id, states: [{ state: 'active', height: 0n, time: 0n }], facts: [] }),
  ],
])

/** An engine that answers when the test says so. */
type Sent = {
  readonly items: number
  readonly answer: (verdicts?: readonly number[]) => void
  readonly fail: (error: unknown) => void
}
let sent: Sent[] = []
let head = { height: 1n, time: now, root: new Uint8Array(32) }
let lookups = 0
beforeEach(() => {
  sent = []
  head = { height: 1n, time: now, root: new Uint8Array(32) }
  lookups = 0
})

const carrierOf = (maximumCarried?: number) =>
  new Carrier({
    signer: operator.signer,
    ...(maximumCarried === undefined ? {} : { maximumCarried }),
    node: {
      chain: {
        id: chain,
        get head() {
          return head
        },
        stateReader: {
          fetch: async (_table, wanted) => {
            lookups += 1
            return new Map(
              [...wanted.keys()].flatMap((id) => {
                const value = stored.get(id)
                return value === undefined ? [] : [[id, value] as const]
              }),
            )
          },
        },
      },
      submissions: {
        submit: (bytes) =>
          new Promise<Committed>((resolve, reject) => {
            const items = itemsIn(bytes)
            const answer = (verdicts: readonly number[] = new Array<number>(items).fill(0)) =>
              resolve({
                id: new Uint8Array(32),
                height: 2n,
                time: now,
                result: { code: 0, operations: [{ verdicts: [...verdicts] }] },
              })
            sent.push({ items, answer, fail: reject })
          }),
      },
    },
  })

function itemsIn(bytes: Uint8Array): number {
  const body = decodeCbor(decodeEnvelope(bytes).transaction.operations[0]!.body)
  const items = body instanceof Map ? body.get('items') : undefined
  return Array.isArray(items) ? items.length : 0
}

const submit = (carrier: Carrier, from: number, until: number) =>
  list.slice(from, until).map(({ certificate }) => carrier.submit(certificate, voucher))
const sentCount = () => expect.poll(() => sent.length)
const codeOf = (submission: Promise<unknown>) =>
  submission.then(
    () => 'answered',
    (error: unknown) => (error instanceof CommonrootError ? error.code : 'odd'),
  )

describe('submissions', () => {
  it('of one moment go in one batch, each to its own verdict', async () => {
    const waiting = submit(carrierOf(), 0, 5)
    await sentCount().toBe(1)
    expect(sent[0]?.items).toBe(5)
    sent[0]?.answer([0, 1, 1206, 0, 0])
    expect((await Promise.all(waiting)).map(({ verdict }) => verdict)).toEqual([0, 1, 1206, 0, 0])
  })

  it('go on gathering while two batches are under way, and all leave together after one of them', async () => {
    const carrier = carrierOf()
    const first = submit(carrier, 0, 1)
    await sentCount().toBe(1)
    const second = submit(carrier, 1, 2)
    await sentCount().toBe(2)
    const third = [...submit(carrier, 2, 6)]
    await new Promise((resolve) => setTimeout(resolve, 30))
    third.push(...submit(carrier, 6, 9))
    expect(sent.length).toBe(2)
    sent[1]?.answer()
    await sentCount().toBe(3)
    expect(sent[2]?.items).toBe(7)
    sent[0]?.answer()
    sent[2]?.answer()
    expect(await Promise.all([...first, ...second, ...third])).toHaveLength(9)
    expect(carrier.held).toBe(0)
  })

  it('do not wait for batches that are stuck', async () => {
    const carrier = carrierOf()
    const stuck = submit(carrier, 0, 1)
    await sentCount().toBe(1)
    stuck.push(...submit(carrier, 1, 2))
    await sentCount().toBe(2)
    const later = submit(carrier, 2, 4)
    await expect.poll(() => sent.length, { timeout: 4 * patience }).toBe(3)
    sent[2]?.answer()
    await Promise.all(later)
    expect(carrier.held).toBe(2)
    sent[0]?.answer()
    sent[1]?.answer()
    await Promise.all(stuck)
    expect(carrier.held).toBe(0)
  })

  it('beyond the limit are turned away, and their place is free after an answer', async () => {
    const carrier = carrierOf(2)
    const waiting = submit(carrier, 0, 2)
    expect(await codeOf(carrier.submit(list[3]!.certificate, voucher))).toBe('api.too-many-submissions')
    await sentCount().toBe(1)
    sent[0]?.answer()
    await Promise.all(waiting)
    const [next] = submit(carrier, 3, 4)
    await sentCount().toBe(2)
    sent[1]?.answer()
    expect(await next).toMatchObject({ verdict: 0, height: 2n })
  })

  it('that fail together are told why, and those after them are not concerned', async () => {
    const carrier = carrierOf()
    const waiting = submit(carrier, 0, 3)
    await sentCount().toBe(1)
    sent[0]?.fail(nodeError('commit-timeout', { seconds: 30 }))
    expect(await Promise.all(waiting.map(codeOf))).toEqual(new Array(3).fill('node.commit-timeout'))
    const next = submit(carrier, 3, 4)
    await sentCount().toBe(2)
    sent[1]?.fail(governanceError('member-not-active', { member: operator.id, state: 'suspended' }))
    expect(await Promise.all(next.map(codeOf))).toEqual(['api.carrier-refused'])
  })

  it('that have not left when the node stops are told so; later ones are not taken', async () => {
    const carrier = carrierOf()
    const waiting = submit(carrier, 0, 1)
    await sentCount().toBe(1)
    waiting.push(...submit(carrier, 1, 2))
    await sentCount().toBe(2)
    const gathering = submit(carrier, 2, 4)
    await expect.poll(() => carrier.held).toBe(4)
    carrier.stop()
    expect(await Promise.all(gathering.map(codeOf))).toEqual(['node.stopping', 'node.stopping'])
    expect(await codeOf(carrier.submit(list[5]!.certificate, voucher))).toBe('node.stopping')
    for (const { answer } of sent) answer()
    expect(await Promise.all(waiting.map(codeOf))).toEqual(['answered', 'answered'])
  })
})

describe('a voucher', () => {
  it('is looked up once a block, however many submissions come with it', async () => {
    const carrier = carrierOf()
    const first = submit(carrier, 0, 10)
    await sentCount().toBe(1)
    expect(lookups).toBe(1)
    sent[0]?.answer()
    await Promise.all(first)
    head = { ...head, height: 2n }
    const second = submit(carrier, 10, 20)
    await sentCount().toBe(2)
    expect(lookups).toBe(2)
    sent[1]?.answer()
    await Promise.all(second)
  })
})

describe('one batch', () => {
  const of = (bytes: number) => ({ certificate: new Uint8Array(bytes), voucher: new Uint8Array(0) })

  it('has a bounded number of certificates and of bytes, and always at least one', () => {
    expect(fitting(new Array(maximumCarriedItems + 1).fill(of(1)))).toBe(maximumCarriedItems)
    expect(fitting(new Array(20).fill(of(maximumCarriedBytes / 10)))).toBe(10)
    expect(fitting([of(maximumCarriedBytes + 1), of(1)])).toBe(1)
    expect(fitting([])).toBe(0)
  })
})
